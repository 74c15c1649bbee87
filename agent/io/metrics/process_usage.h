// What this process uses of its machine, as the kernel says (/proc/self). Any thread.
#pragma once

#include <cstdint>

namespace monsoon {

struct ProcessUsage {
  double cpu_seconds = 0;
  int64_t resident_bytes = 0;
  int64_t virtual_bytes = 0;
  int64_t open_files = 0;
  int64_t max_open_files = 0;
  int64_t threads = 0;
};

// What cannot be read stays 0.
ProcessUsage ReadProcessUsage();

}  // namespace monsoon
