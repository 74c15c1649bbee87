#include "controller/core/report/usage_check.h"

#include <algorithm>
#include <cstdlib>

namespace monsoon {

void UsageCheckBuilder::Add(int64_t reported, int64_t counted) {
  if (reported < 0 || counted < 0) return;
  const int64_t difference = std::abs(reported - counted);
  const double relative =
      static_cast<double>(difference) / static_cast<double>(std::max<int64_t>(counted, 1));
  ++check_.requests;
  check_.differ += difference != 0;
  check_.reported += reported;
  check_.counted += counted;
  check_.max_difference = std::max(check_.max_difference, difference);
  check_.max_relative_difference = std::max(check_.max_relative_difference.value_or(0), relative);
  relative_.Add(relative);
}

UsageCheck UsageCheckBuilder::Finish() const {
  UsageCheck check = check_;
  if (check.requests > 0) {
    check.mean_relative_difference = relative_.value() / static_cast<double>(check.requests);
  }
  return check;
}

}  // namespace monsoon
