#include "controller/core/hub/retry_plan.h"

#include <algorithm>

namespace monsoon {

std::optional<int64_t> RetryPlan::AfterFailure(bool brought_bytes,
                                               std::optional<int64_t> asked_wait_s) {
  ++attempts_;
  barren_ = brought_bytes ? 0 : barren_ + 1;
  if (attempts_ >= kMaxAttempts || barren_ >= kMaxBarrenAttempts) return std::nullopt;
  if (asked_wait_s.has_value()) {
    return *asked_wait_s <= kMaxAskedWaitS ? asked_wait_s : std::nullopt;
  }
  return barren_ == 0 ? 0 : int64_t{1} << (barren_ - 1);
}

bool IsTransientStatus(int status) {
  return status == 408 || status == 425 || status == 429 || status == 500 || status == 502 ||
         status == 503 || status == 504;
}

}  // namespace monsoon
