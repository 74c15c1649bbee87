// ClockWatch: whether this machine's clocks can be trusted during a case. CLOCK_REALTIME may be set
// (a step, which bends no latency and is reported as a finding); CLOCK_MONOTONIC may run at another
// rate than the hardware (CLOCK_MONOTONIC_RAW), which bends every latency.
//
// Belongs to one thread; pure: it is handed what the clocks said.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace monsoon {

class ClockWatch {
 public:
  // One look: the monotonic clock before and after, the others in between. A look that was
  // interrupted for longer than kMaxLookNs says nothing and is left out.
  struct Look {
    int64_t before_ns;
    int64_t realtime_ns;
    int64_t raw_ns;
    int64_t after_ns;
  };

  void Observe(const Look& look) {
    if (look.after_ns - look.before_ns > kMaxLookNs) return;
    const int64_t middle_ns = look.before_ns + (look.after_ns - look.before_ns) / 2;
    const int64_t offset_ns = look.realtime_ns - middle_ns;
    if (!started_) {
      first_middle_ns_ = middle_ns;
      first_raw_ns_ = look.raw_ns;
      started_ = true;
    } else if (std::abs(offset_ns - offset_ns_) > kStepNs) {
      max_step_ns_ = std::max(max_step_ns_, std::abs(offset_ns - offset_ns_));
    }
    offset_ns_ = offset_ns;
    last_middle_ns_ = middle_ns;
    last_raw_ns_ = look.raw_ns;
  }

  // CLOCK_REALTIME minus CLOCK_MONOTONIC at the last look.
  int64_t realtime_offset_ns() const { return offset_ns_; }
  // The largest step of CLOCK_REALTIME between two looks; 0: none.
  int64_t max_step_ns() const { return max_step_ns_; }
  // |rate of CLOCK_MONOTONIC / rate of CLOCK_MONOTONIC_RAW - 1| over the whole time; 0 before a
  // second has passed, when it could not be told.
  double rate_error() const {
    const auto raw_ns = static_cast<double>(last_raw_ns_ - first_raw_ns_);
    if (raw_ns < kMinSpanNs) return 0;
    return std::fabs(static_cast<double>(last_middle_ns_ - first_middle_ns_) / raw_ns - 1.0);
  }

 private:
  static constexpr int64_t kMaxLookNs = 20'000;
  static constexpr int64_t kStepNs = 1'000'000;
  static constexpr double kMinSpanNs = 1e9;

  bool started_ = false;
  int64_t offset_ns_ = 0;
  int64_t max_step_ns_ = 0;
  int64_t first_middle_ns_ = 0;
  int64_t first_raw_ns_ = 0;
  int64_t last_middle_ns_ = 0;
  int64_t last_raw_ns_ = 0;
};

}  // namespace monsoon
