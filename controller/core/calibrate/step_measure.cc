#include "controller/core/calibrate/step_measure.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "common/base/str_cat.h"
#include "common/stats/percentile.h"
#include "common/time/clock.h"

namespace monsoon {

void StepMeasure::Add(const std::string& request_id, const RequestRecord& record) {
  events_ += record.token_events;
  if (record.dispatched_ns != kNever && record.done_ns != kNever) {
    first_ns_ =
        first_ns_ == kNever ? record.dispatched_ns : std::min(first_ns_, record.dispatched_ns);
    last_ns_ = std::max(last_ns_, record.done_ns);
  }
  if (record.phase == Phase::kWarmup || record.status != RequestStatus::kOk) return;
  const auto truth = truth_.find(request_id);
  if (truth == truth_.end() || record.first_token_ns == kNever || record.sent_ns == kNever) return;
  const int64_t ttft_ns = record.first_token_ns - record.sent_ns;
  errors_s_.push_back(std::abs(ToSeconds(ttft_ns - truth->second.ttft_ns)));
  engine_late_s_.push_back(ToSeconds(std::max<int64_t>(truth->second.lateness_ns, 0)));
}

absl::StatusOr<CalibrationStep> StepMeasure::Finish(const StepSpec& spec,
                                                    const CaseReport& report) {
  if (errors_s_.empty()) {
    const std::string load = spec.requests_per_s > 0 ? StrCat(spec.requests_per_s, " requests/s")
                                                     : StrCat(spec.streams, " streams");
    std::string text =
        StrCat("no request of the step with ", load, " can be compared with the null engine's log");
    for (const std::string& reason : report.verdict.reasons) text += StrCat("; ", reason);
    return absl::NotFoundError(text);
  }
  CalibrationStep step;
  step.requests_per_s = spec.requests_per_s;
  if (spec.requests_per_s == 0) {
    step.streams = spec.streams;
    step.tokens_per_s = spec.tokens_per_s;
  }
  step.requests = static_cast<int64_t>(errors_s_.size());
  const std::array<double, 3> fractions = {0.5, 0.99, 1};
  const std::vector<double> errors = PercentilesOf(errors_s_, fractions);
  step.ttft_error = {errors[0], errors[1], errors[2]};
  step.engine_late_p99_s = PercentileOf(engine_late_s_, 0.99);
  step.is_void = step.engine_late_p99_s > kMaxEngineLateSeconds;
  if (last_ns_ > first_ns_) {
    step.events_per_s = static_cast<double>(events_) / ToSeconds(last_ns_ - first_ns_);
  }
  if (report.lateness_s.count > 0) step.lateness_p99_s = report.lateness_s.p99;
  const ClientReport& client = report.client;
  if (client.loop_lag_s.count > 0) {
    step.loop_lag_p50_s = client.loop_lag_s.p50;
    step.loop_lag_p99_s = client.loop_lag_s.p99;
  }
  step.busy_share_max = client.cpu_utilisation_max;
  double cpu_s = 0;
  for (const AgentFacts& agent : report.facts.agents) cpu_s += agent.cpu_seconds;
  if (events_ > 0) step.cpu_us_per_event = cpu_s * 1e6 / static_cast<double>(events_);
  step.verdict = VerdictName(report.verdict.kind);
  step.reasons = report.verdict.reasons;
  return step;
}

}  // namespace monsoon
