#include "controller/core/run/first_send.h"

#include <algorithm>

namespace monsoon {

void FirstSend::Take(const RequestRecord& record) {
  if (record.dispatched_ns == kNever) return;
  if (known() && record.dispatched_ns >= dispatched_ns_) return;
  dispatched_ns_ = record.dispatched_ns;
  const bool scheduled = (record.flags & kFlagScheduled) != 0 && record.intended_ns != kNever;
  planned_ns_ = scheduled ? record.intended_ns : 0;
}

int64_t SkewOf(std::span<const FirstSend> first_sends) {
  int64_t earliest_ns = 0, latest_ns = 0, count = 0;
  for (const FirstSend& first : first_sends) {
    if (!first.known()) continue;
    const int64_t after_ns = first.after_plan_ns();
    earliest_ns = count == 0 ? after_ns : std::min(earliest_ns, after_ns);
    latest_ns = count == 0 ? after_ns : std::max(latest_ns, after_ns);
    ++count;
  }
  return count < 2 ? kNever : latest_ns - earliest_ns;
}

}  // namespace monsoon
