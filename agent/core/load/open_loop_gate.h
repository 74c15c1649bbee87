// OpenLoopGate: what a load thread does about the request that is due next in an open loop: wait
// for its moment, send it, or, when as many are in flight as allowed, not send it. An arrival is
// never delayed: a queue in the client would hide from the report what a slow engine does to its
// users.
//
// Pure. Times ns on the thread's monotonic clock.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace monsoon {

enum class Arrival : uint8_t { kWait, kSend, kRefuse };

class OpenLoopGate {
 public:
  // Of one thread: the most it may have in flight, and its arrivals per second on average.
  OpenLoopGate(int64_t max_in_flight, double rate_per_s)
      : max_in_flight_(max_in_flight), rate_per_s_(rate_per_s) {}

  Arrival Decide(int64_t due_ns, int64_t now_ns, int64_t in_flight) const {
    if (now_ns < due_ns) return Arrival::kWait;
    return in_flight < max_in_flight_ ? Arrival::kSend : Arrival::kRefuse;
  }

  // Both only ever become more.
  void Grow(int64_t max_in_flight, double rate_per_s) {
    max_in_flight_ = std::max(max_in_flight_, max_in_flight);
    rate_per_s_ = std::max(rate_per_s_, rate_per_s);
  }

  // Slots to have ready ahead of need: for the arrivals of a tenth of a second. How many the
  // engine's slowness will take is not known then; the rest is made as it is needed.
  int64_t SlotsReady() const {
    const double arrivals = std::ceil(rate_per_s_ * 0.1);
    return std::clamp<int64_t>(static_cast<int64_t>(arrivals), 1, max_in_flight_);
  }

 private:
  int64_t max_in_flight_;
  double rate_per_s_;
};

}  // namespace monsoon
