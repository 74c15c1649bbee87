// TokenBucket: lets `burst` events pass at once and `rate_per_s` in the long run, so that whoever
// knocks too often costs nothing but the answer "not now".
//
// Pure and not thread-safe; the clock is handed in (monotonic ns, never going back).
#pragma once

#include <algorithm>
#include <cstdint>

namespace monsoon {

class TokenBucket {
 public:
  TokenBucket(double rate_per_s, double burst)
      : rate_per_ns_(rate_per_s / 1e9), burst_(burst), tokens_(burst) {}

  // Whether an event may pass now; if so, it is counted.
  bool Take(int64_t now_ns) {
    if (last_ns_ != kNever) {
      const auto passed_ns = static_cast<double>(std::max<int64_t>(0, now_ns - last_ns_));
      tokens_ = std::min(burst_, tokens_ + passed_ns * rate_per_ns_);
    }
    last_ns_ = std::max(last_ns_, now_ns);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  static constexpr int64_t kNever = INT64_MIN;

  const double rate_per_ns_;
  const double burst_;
  double tokens_;
  int64_t last_ns_ = kNever;
};

}  // namespace monsoon
