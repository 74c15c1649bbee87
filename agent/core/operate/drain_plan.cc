#include "agent/core/operate/drain_plan.h"

namespace monsoon {

DrainPlan::Step DrainPlan::Next(int64_t now_ns, bool has_run, bool delivered) {
  if (!has_run || now_ns >= latest_ns()) return Step::kLeave;
  if (delivered) {
    if (delivered_since_ns_ < 0) delivered_since_ns_ = now_ns;
    return now_ns - delivered_since_ns_ >= kFarewellNs ? Step::kLeave : Step::kWait;
  }
  delivered_since_ns_ = -1;
  if (now_ns < timeout_at_ns_ || broken_off_) return Step::kWait;
  broken_off_ = true;
  return Step::kBreakOff;
}

}  // namespace monsoon
