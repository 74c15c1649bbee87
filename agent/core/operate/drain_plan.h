// DrainPlan: how an agent that is being stopped takes its leave, step by step (docs/operations.md).
//
// Requests in flight may finish until the timeout; then they are broken off, and their records get
// some more time to reach the controller. Once the controller has everything, it has a moment to
// close the conversation itself. Pure: the time is handed in. One thread.
#pragma once

#include <cstdint>

namespace monsoon {

class DrainPlan {
 public:
  static constexpr int64_t kDeliveryNs = 5'000'000'000;  // for records, beyond the timeout
  static constexpr int64_t kFarewellNs = 2'000'000'000;  // for the controller to close

  enum class Step { kWait, kBreakOff, kLeave };

  DrainPlan(int64_t now_ns, int64_t timeout_ns) : timeout_at_ns_(now_ns + timeout_ns) {}

  // `has_run`: a controller still holds this agent. `delivered`: no case is going on, and the
  // controller has acknowledged every record. kBreakOff is answered once.
  Step Next(int64_t now_ns, bool has_run, bool delivered);

  // By when kLeave is answered for certain.
  int64_t latest_ns() const { return timeout_at_ns_ + kDeliveryNs; }

 private:
  const int64_t timeout_at_ns_;
  int64_t delivered_since_ns_ = -1;
  bool broken_off_ = false;
};

}  // namespace monsoon
