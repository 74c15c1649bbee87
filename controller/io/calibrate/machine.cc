#include "controller/io/calibrate/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace monsoon {
namespace {

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace

CalibratedMachine DescribeMachine() {
  CalibratedMachine machine;
  utsname system{};
  const bool known = uname(&system) == 0;
  machine.hostname = known ? system.nodename : "unknown";
  machine.kernel = known ? system.release : "unknown";
  machine.cores = std::max<int64_t>(sysconf(_SC_NPROCESSORS_ONLN), 0);
  machine.cpu_model = CpuModel();
  return machine;
}

}  // namespace monsoon
