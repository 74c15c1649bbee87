// LagMeter: how late a load thread read what had arrived, for each read (design section 8).
//
// Two witnesses. The loop's own: whatever epoll gives at once became ready after the last look at
// which nothing was left over, so `now - that look` bounds the wait from above; what had to be
// waited for became ready just when the wait ended, less the time the woken thread waited for a
// core. The kernel's: a receive stamp (SO_TIMESTAMPING) of the last segment that a read took, which
// is exact for that segment and only asked for now and then, for it costs. Stamps are of the wall
// clock: for a moment after that was set they are off by as much, and then they are not believed.
//
// Belongs to one load thread; pure. All times ns, monotonic.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "agent/core/engine/read_lag.h"
#include "common/stats/log_histogram.h"

namespace monsoon {

class LagMeter {
 public:
  // The loop begins, having looked at nothing yet.
  void Start(int64_t now_ns) {
    cleared_before_ns_ = clear_ns_ = looked_ns_ = ready_since_ns_ = now_ns;
  }

  // epoll_wait returned at `now_ns` without having waited; `complete`: nothing else was ready.
  void Looked(int64_t now_ns, bool complete) {
    ready_since_ns_ = cleared_before_ns_ = clear_ns_;
    woke_ = false;
    if (complete) clear_ns_ = now_ns;
    looked_ns_ = now_ns;
  }

  // epoll_wait returned at `now_ns` after it had blocked; meanwhile the thread had waited for a
  // core for `run_delay_ns` (0 where that is not known: the first stamp of the kernel tells it
  // then).
  void Woke(int64_t now_ns, int64_t run_delay_ns) {
    ready_since_ns_ = now_ns - std::max<int64_t>(run_delay_ns, 0);
    woke_ = true;
    cleared_before_ns_ = clear_ns_;
    clear_ns_ = now_ns;
    looked_ns_ = now_ns;
    wake_delay_ns_ = looked_ns_ - ready_since_ns_;
  }

  // A stamp of the kernel would say something that is not known yet.
  bool wants_kernel_stamp() const { return woke_ || reads_ % kSampling == 0; }

  // Bytes were read at `now_ns`; the kernel had received the last of them at `kernel_ns`, or
  // kNever.
  ReadLag OnRead(int64_t now_ns, int64_t kernel_ns) {
    ++reads_;
    ReadLag lag;
    // No look misses what came so long before it.
    if (kernel_ns < cleared_before_ns_ - kClockWasSetNs) kernel_ns = kNever;
    if (kernel_ns != kNever) {
      // The two clocks are compared with an error of microseconds.
      kernel_ns = std::min(kernel_ns, now_ns);
      lag.kernel_ns = now_ns - kernel_ns;
      kernel_lag_ns_.Add(lag.kernel_ns);
      if (woke_ && kernel_ns < ready_since_ns_) {
        ready_since_ns_ = kernel_ns;
        wake_delay_ns_ = looked_ns_ - kernel_ns;
      }
    }
    woke_ = false;
    lag.bound_ns = std::max(now_ns - ready_since_ns_, lag.kernel_ns);
    loop_lag_ns_.Add(lag.bound_ns);
    return lag;
  }

  // What the last Woke() had lost before the thread ran, as far as known by now; for the busy
  // meter.
  int64_t TakeWakeDelay() { return std::exchange(wake_delay_ns_, 0); }

  // A timer was served at `now_ns` that was due at `due_ns`.
  void OnTimer(int64_t now_ns, int64_t due_ns) {
    timer_lag_ns_.Add(std::max<int64_t>(now_ns - due_ns, 0));
  }

  const LogHistogram& loop_lag_ns() const { return loop_lag_ns_; }
  const LogHistogram& kernel_lag_ns() const { return kernel_lag_ns_; }
  const LogHistogram& timer_lag_ns() const { return timer_lag_ns_; }

 private:
  static constexpr uint64_t kSampling = 16;
  static constexpr int64_t kClockWasSetNs = 100'000'000;

  LogHistogram loop_lag_ns_;    // every read, the bound
  LogHistogram kernel_lag_ns_;  // the reads that were stamped
  LogHistogram timer_lag_ns_;
  int64_t clear_ns_ = 0;           // the last look that left nothing over
  int64_t cleared_before_ns_ = 0;  // the one before the last look
  int64_t looked_ns_ = 0;          // the last look
  int64_t ready_since_ns_ = 0;     // of what the last look gave
  int64_t wake_delay_ns_ = 0;
  uint64_t reads_ = 0;
  bool woke_ = false;  // and no stamp of the kernel has been seen since
};

}  // namespace monsoon
