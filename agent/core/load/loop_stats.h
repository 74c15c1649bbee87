// What a load thread counts about itself while it runs.
#pragma once

#include <atomic>
#include <cstdint>

#include "common/stats/log_histogram.h"

namespace monsoon {

// Written by the load thread with relaxed stores, read by anybody at any time.
struct LoopCounters {
  std::atomic<uint64_t> started{0};
  std::atomic<uint64_t> finished{0};
  std::atomic<uint64_t> token_events{0};
  std::atomic<int64_t> starved_slot_ns{0};
  // For onlookers only, written by the steady tick (50 times a second).
  std::atomic<uint64_t> connections{0};  // open ones
  std::atomic<int64_t> lag_max_ns{0};    // of loop_lag_ns so far
  std::atomic<double> busy_share_max{0};
};

// Belongs to the load thread until it has ended, then to whoever joined it.
struct LoopFacts {
  LogHistogram loop_lag_ns;    // socket ready -> bytes read, every read, bounded from above
  LogHistogram kernel_lag_ns;  // received by the kernel -> bytes read, of a sample of reads
  LogHistogram timer_lag_ns;   // how late the steady tick was served
  double busy_share_max = 0;   // busiest second
  int64_t clock_step_ns = 0;   // largest step of the wall clock meanwhile (ClockWatch)
  double clock_rate_error = 0;
  uint64_t new_connections = 0;
  uint64_t reused_connections = 0;
};

// Share of each second that the loop did not spend waiting in epoll_wait for something to do. Wall
// time, so that what other processes take of the core counts as busy, be it while the loop works or
// between its wake-up and its running (LagMeter). Pure.
class BusyMeter {
 public:
  static constexpr int64_t kWindowNs = 1'000'000'000;
  static constexpr int64_t kWakeUpNs = 200'000;

  explicit BusyMeter(int64_t now_ns) : window_start_ns_(now_ns) {}

  // The loop waited from `from_ns` to `to_ns`.
  void Waited(int64_t from_ns, int64_t to_ns) {
    waited_ns_ += to_ns - from_ns;
    if (to_ns - window_start_ns_ < kWindowNs) return;
    const double window_ns = static_cast<double>(to_ns - window_start_ns_);
    const double busy = 1.0 - static_cast<double>(waited_ns_) / window_ns;
    if (busy > max_share_) max_share_ = busy;
    window_start_ns_ = to_ns;
    waited_ns_ = 0;
  }
  // So much of what was told as waiting was not: the thread was ready and did not run. Waking up
  // takes some of that on an idle machine, too, and does not count; a core that others hold does.
  void Lost(int64_t ns) {
    if (ns > kWakeUpNs) waited_ns_ -= ns;
  }
  double max_share() const { return max_share_; }

 private:
  int64_t window_start_ns_;
  int64_t waited_ns_ = 0;
  double max_share_ = 0;
};

}  // namespace monsoon
