// InterruptGuard: while one exists, the first SIGINT or SIGTERM is noted instead of ending the
// program, so that a download can say what it keeps; the second ends it. One at a time.
#pragma once

#include <signal.h>

namespace monsoon {

class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  static bool interrupted();

 private:
  struct sigaction old_int_ {};
  struct sigaction old_term_ {};
};

}  // namespace monsoon
