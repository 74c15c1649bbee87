// LoadThreads: the load threads that a case may use on this machine. A plain value.
#pragma once

#include <cstdint>
#include <vector>

namespace monsoon {

struct LoadThreads {
  int count = 1;
  std::vector<int> cores;  // thread i stays on cores[i % size]; empty: where the kernel puts it
  // How long before a due moment a thread stops sleeping and looks at the clock instead. It costs a
  // core and gains the time that waking takes.
  int64_t spin_ns = 0;
};

}  // namespace monsoon
