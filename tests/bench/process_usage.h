// What this process has used: CPU time and memory, from the kernel's account of it. Linux; any
// thread.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <fstream>
#include <string>

namespace monsoon::bench {

inline double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// A line of /proc/self/status in MiB; `name` such as "VmHWM".
inline double StatusMib(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(name + ":", 0) == 0) return std::stod(line.substr(name.size() + 1)) / 1024;
  }
  return 0;
}

// The most anonymous memory since ForgetPeak(): heap and stacks; the program's own pages are taken
// out.
inline double PeakMib() { return StatusMib("VmHWM") - StatusMib("RssFile"); }
inline void ForgetPeak() { std::ofstream("/proc/self/clear_refs") << 5; }

}  // namespace monsoon::bench
