#include "agent/io/metrics/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace monsoon {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

ProcessUsage ReadProcessUsage() {
  ProcessUsage usage;
  rusage spent{};
  if (getrusage(RUSAGE_SELF, &spent) == 0) {
    usage.cpu_seconds = Seconds(spent.ru_utime) + Seconds(spent.ru_stime);
  }
  int64_t pages = 0;
  int64_t resident_pages = 0;
  if (std::ifstream("/proc/self/statm") >> pages >> resident_pages) {
    const int64_t page_bytes = sysconf(_SC_PAGESIZE);
    usage.virtual_bytes = pages * page_bytes;
    usage.resident_bytes = resident_pages * page_bytes;
  }
  const auto count = [](const char* folder) {
    std::error_code error;
    const std::filesystem::directory_iterator begin(folder, error);
    return error ? 0 : std::distance(begin, std::filesystem::directory_iterator());
  };
  usage.open_files = count("/proc/self/fd");
  usage.threads = count("/proc/self/task");
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    usage.max_open_files = static_cast<int64_t>(limit.rlim_cur);
  }
  return usage;
}

}  // namespace monsoon
