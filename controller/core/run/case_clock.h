// CaseClock: the one offset that is used for an agent's stamps throughout a case, and how far it
// may be off at any time of the case: the clocks drift apart while it goes on. Pure; times are the
// controller's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "controller/core/run/clock_offset.h"

namespace monsoon {

class CaseClock {
 public:
  // At the start of the case. REQUIRES: clock.known().
  void Fix(const ClockOffset& clock, int64_t now_ns) {
    fixed_ = true;
    offset_ns_ = clock.offset_ns(now_ns);
    Follow(clock, now_ns);
  }
  // While the case goes on: the true offset is now within clock's bound of clock's offset.
  void Follow(const ClockOffset& clock, int64_t now_ns) {
    if (!fixed_ || !clock.known()) return;
    const int64_t apart_ns = std::abs(clock.offset_ns(now_ns) - offset_ns_);
    bound_ns_ = std::max(bound_ns_, apart_ns + clock.bound_ns(now_ns));
    round_trip_ns_ = clock.round_trip_ns();
    drift_ = clock.drift();
  }

  bool fixed() const { return fixed_; }
  int64_t offset_ns() const { return offset_ns_; }
  // Holds from Fix() to the last Follow().
  int64_t bound_ns() const { return bound_ns_; }
  int64_t round_trip_ns() const { return round_trip_ns_; }
  ClockDrift drift() const { return drift_; }

 private:
  bool fixed_ = false;
  int64_t offset_ns_ = 0;
  int64_t bound_ns_ = 0;
  int64_t round_trip_ns_ = 0;
  ClockDrift drift_;
};

}  // namespace monsoon
