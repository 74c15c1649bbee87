#include "controller/core/report/rate_accumulator.h"

#include <algorithm>
#include <vector>

#include "common/model/gap_codec.h"
#include "common/time/clock.h"
#include "controller/core/report/request_metrics.h"

namespace monsoon {

void RateAccumulator::Add(const RequestRecord& record) {
  const bool dispatched = record.dispatched_ns != kNever;
  const bool refused = record.has_flag(kFlagOverLimit);
  if (refused) ++over_limit_;
  if (dispatched) {
    const bool first = dispatched_ == 0 || record.dispatched_ns < first_dispatch_ns_;
    if (first) first_dispatch_ns_ = record.dispatched_ns;
    last_dispatch_ns_ = std::max(last_dispatch_ns_, record.dispatched_ns);
    ++dispatched_;
  }
  if (dispatched || refused) {
    last_arrival_ = std::max(last_arrival_, static_cast<int64_t>(record.request_index));
  }
  const bool straddles = facts_.window_end_ns != kNever && record.status == RequestStatus::kOk &&
                         FinishNs(record) > facts_.window_end_ns;
  if (straddles) AddStraddler(record);
}

void RateAccumulator::AddStraddler(const RequestRecord& record) {
  if (record.output_tokens <= 0 || record.first_token_ns == kNever) return;
  const absl::StatusOr<std::vector<Gap>> gaps = DecodeGaps(record.gaps);
  if (!gaps.ok()) return;
  int64_t at_ns = record.first_token_ns;
  int64_t inside = at_ns < facts_.window_end_ns;
  for (const Gap& gap : *gaps) {
    at_ns += gap.gap_ns;
    inside += at_ns < facts_.window_end_ns;
  }
  straddling_tokens_ += static_cast<double>(record.output_tokens) * static_cast<double>(inside) /
                        static_cast<double>(gaps->size() + 1);
}

std::optional<RateReport> RateAccumulator::Finish() const {
  if (!facts_.spec.load.open()) return std::nullopt;
  RateReport rate{.asked_per_s = facts_.spec.load.rate.per_s(),
                  .planned_so_far = std::max<int64_t>(last_arrival_ + 1 - facts_.warmup_planned, 0),
                  .dispatched = dispatched_,
                  .over_max_in_flight = over_limit_};
  if (rate.planned_so_far > 0) {
    rate.achieved_share =
        static_cast<double>(dispatched_) / static_cast<double>(rate.planned_so_far);
  }
  if (dispatched_ > 1 && last_dispatch_ns_ > first_dispatch_ns_) {
    rate.achieved_per_s =
        static_cast<double>(dispatched_ - 1) / ToSeconds(last_dispatch_ns_ - first_dispatch_ns_);
  }
  return rate;
}

std::optional<Span> RateAccumulator::SteadySpan(const RateReport& rate) const {
  const double least = facts_.spec.verdict.min_achieved_rate_share;
  if (dispatched_ == 0 || rate.achieved_share.value_or(0) < least) return std::nullopt;
  return Span{first_dispatch_ns_, last_dispatch_ns_};
}

}  // namespace monsoon
