#include "controller/core/scenario/scenario_plan.h"

#include "common/base/str_cat.h"
#include "common/time/duration_text.h"
#include "controller/core/scenario/ranges.h"

namespace monsoon {

std::optional<ArrivalSchedule> ScheduleOf(const CaseSpec& spec, uint64_t scenario_seed) {
  if (!spec.load.open()) return std::nullopt;
  const int32_t stream = spec.repeats >= 0 ? spec.repeats : spec.index;
  return ArrivalSchedule(spec.load.law, spec.load.rate, scenario_seed, stream);
}

std::optional<PlannedWindow> WindowOf(const CaseSpec& spec, uint64_t scenario_seed) {
  std::optional<ArrivalSchedule> schedule = ScheduleOf(spec, scenario_seed);
  if (!schedule || spec.duration_ns == 0) return std::nullopt;
  const int64_t start_ns = schedule->MeasureStartNs(static_cast<uint64_t>(spec.warmup));
  return PlannedWindow{start_ns, start_ns + spec.duration_ns};
}

absl::Status ResolveRequests(CaseSpec& spec, uint64_t scenario_seed) {
  std::optional<ArrivalSchedule> schedule = ScheduleOf(spec, scenario_seed);
  if (!schedule || spec.duration_ns == 0) return absl::OkStatus();
  const auto limit = static_cast<uint64_t>(kRequestsRange.max);
  const uint64_t count =
      schedule->CountWithin(static_cast<uint64_t>(spec.warmup), spec.duration_ns, limit + 1);
  if (count == 0 || count > limit) {
    return absl::InvalidArgumentError(
        StrCat("at ", FormatArrivalRate(spec.load.rate), ", ",
               count == 0 ? "no request is" : StrCat("more than ", limit, " requests are"),
               " due within ", FormatDurationNs(spec.duration_ns), ": expected a ",
               count == 0 ? "longer" : "shorter", " duration"));
  }
  spec.requests = static_cast<int64_t>(count);
  return absl::OkStatus();
}

}  // namespace monsoon
