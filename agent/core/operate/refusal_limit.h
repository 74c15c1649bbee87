// RefusalLimit: how often something that strangers cause is logged: so many lines in each period,
// and then the number of those left out. Pure; the owner guards it.
#pragma once

#include <cstdint>

namespace monsoon {

class RefusalLimit {
 public:
  static constexpr int64_t kPeriodNs = 10'000'000'000;
  static constexpr int kLinesInPeriod = 20;

  // Whether this one is logged.
  bool Admit(int64_t now_ns) {
    if (now_ns - period_start_ns_ >= kPeriodNs) {
      period_start_ns_ = now_ns;
      lines_ = 0;
    }
    if (lines_ < kLinesInPeriod) {
      ++lines_;
      return true;
    }
    ++left_out_;
    return false;
  }
  // After Admit() said yes: how many were left out before this one.
  uint64_t TakeLeftOut() {
    const uint64_t count = left_out_;
    left_out_ = 0;
    return count;
  }

 private:
  int64_t period_start_ns_ = -kPeriodNs;
  int lines_ = 0;
  uint64_t left_out_ = 0;
};

}  // namespace monsoon
