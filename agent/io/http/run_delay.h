// RunDelay: how long this thread has stood in the kernel's run queue in all, ready but without a
// core (/proc/thread-self/schedstat, second field, ns).
//
// Belongs to the thread that made it.
#pragma once

#include <cstdint>

#include "agent/io/http/unique_fd.h"

namespace monsoon {

class RunDelay {
 public:
  RunDelay();

  // ns since the last call, the first being the constructor's; 0 where the kernel does not tell.
  int64_t TakeNs();

 private:
  int64_t ReadNs() const;

  UniqueFd file_;
  int64_t last_ns_ = 0;
};

}  // namespace monsoon
