#include "controller/core/report/case_accumulator.h"

#include <algorithm>
#include <utility>

#include "common/time/clock.h"
#include "controller/core/report/gate_results.h"
#include "controller/core/report/metric_catalogue.h"
#include "controller/core/report/request_metrics.h"
#include "controller/core/report/verdict.h"
#include "controller/core/report/warnings.h"

namespace monsoon {
namespace {

void Push(const std::optional<double>& value, DistributionBuilder& samples) {
  if (value) samples.Add(*value);
}

Distribution Describe(DistributionBuilder& samples) { return samples.Describe(samples.count()); }

// The bound so far is what the agents measured.
void AddCalibratedFloor(const std::optional<Calibration>& calibration, ClientReport& client) {
  client.lag_bound_p50_s = client.error_bound_p50_s;
  client.lag_bound_p99_s = client.error_bound_p99_s;
  if (!calibration || !client.error_bound_p50_s) return;
  *client.error_bound_p50_s += calibration->floor.p50_s;
  *client.error_bound_p99_s += calibration->floor.p99_s;
}

bool HasEnded(const RequestRecord& record) {
  return record.status == RequestStatus::kOk || record.status == RequestStatus::kFailed;
}

}  // namespace

CaseAccumulator::CaseAccumulator(CaseFacts facts, const AccumulatorLimits& limits)
    : samples_(limits), in_flight_(limits.changes), successes_(&samples_.group.budget()) {
  report_.facts = std::move(facts);
  report_.requests.planned = report_.facts.planned;
  for (const FlagInfo& info : RecordFlags()) report_.flags[std::string(info.name)] = 0;
}

void CaseAccumulator::Add(const RequestRecord& record, const std::string& agent) {
  const int64_t finish_ns = FinishNs(record);
  const bool dispatched = record.dispatched_ns != kNever;
  if (dispatched && !in_flight_known_) {
    in_flight_.Add(record.dispatched_ns, std::max(finish_ns, record.dispatched_ns));
  }
  if (record.phase == Phase::kWarmup) {
    if (first_pass_) ++report_.warmup_requests;
    return;
  }
  if (first_pass_) CountRecord(record, agent);
  if (dispatched) Push(LatenessSeconds(record), samples_.lateness);
  if (record.status == RequestStatus::kOk) AddSuccess(record);
}

void CaseAccumulator::CountRecord(const RequestRecord& record, const std::string& agent) {
  CountStatus(record, report_.requests);
  if (record.status == RequestStatus::kFailed) errors_.Add(record);
  AgentTotals& totals = report_.agent_totals[agent];
  CountStatus(record, totals.requests);
  totals.requests.errors.clear();
  if (record.status == RequestStatus::kOk) {
    totals.input_tokens += std::max<int64_t>(record.input_tokens, 0);
    totals.output_tokens += std::max<int64_t>(record.output_tokens, 0);
  }
  rate_.Add(record);
  if (record.dispatched_ns != kNever) {
    const bool first = first_dispatch_ns_ == kNever || record.dispatched_ns < first_dispatch_ns_;
    if (first) first_dispatch_ns_ = record.dispatched_ns;
  }
  for (const FlagInfo& info : RecordFlags()) {
    if (record.has_flag(info.flag)) ++report_.flags[std::string(info.name)];
  }
  if (HasEnded(record)) last_finish_ns_ = std::max(last_finish_ns_, FinishNs(record));
  if (record.status != RequestStatus::kOk) return;
  ++report_.finish_reasons[record.finish_reason.empty() ? "none" : record.finish_reason];
  CountTokens(record);
}

void CaseAccumulator::CountStatus(const RequestRecord& record, RequestCounts& counts) {
  switch (record.status) {
    case RequestStatus::kOk:
      ++counts.ok;
      break;
    case RequestStatus::kFailed:
      ++counts.failed;
      ++counts.errors[std::string(ErrorClassName(record.error_class))];
      break;
    case RequestStatus::kCancelled:
      ++counts.cancelled;
      break;
    case RequestStatus::kNotSent:
      ++counts.not_sent;
      break;
    case RequestStatus::kLost:
      ++counts.lost;
      break;
  }
}

void CaseAccumulator::AddSuccess(const RequestRecord& record) {
  successes_.Add({FinishNs(record), record.input_tokens, record.output_tokens});
  AddLatencies(record);
  if (!samples_.itl.complete()) AddGaps(record);
}

void CaseAccumulator::AddLatencies(const RequestRecord& record) {
  const RequestMetrics metrics = MetricsOf(record);
  Push(metrics.ttft_s, samples_.ttft);
  Push(metrics.ttft_sent_s, samples_.ttft_sent);
  Push(metrics.first_event_s, samples_.first_event);
  Push(metrics.tpot_s, samples_.tpot);
  Push(metrics.tpot_simple_s, samples_.tpot_simple);
  Push(metrics.e2e_s, samples_.e2e);
  Push(metrics.stream_end_s, samples_.stream_end);
  Push(metrics.connect_s, samples_.connect);
  Push(metrics.tls_s, samples_.tls);
  if (metrics.tpot_s) {
    const bool assumed =
        record.has_flag(kFlagFirstChunkAssumed) || record.first_chunk_tokens == kUnknownTokens;
    if (assumed && first_pass_) ++report_.tokens.first_chunk_assumed;
    if (*metrics.tpot_s > 0) samples_.user_tokens_per_s.Add(1 / *metrics.tpot_s);
  }
  if (record.first_token_lag_ns != kNever) {
    samples_.first_token_lag.Add(ToSeconds(record.first_token_lag_ns));
  }
}

void CaseAccumulator::AddGaps(const RequestRecord& record) {
  if (record.gaps.empty() || record.has_flag(kFlagNotStreamed)) return;
  if (!DecodeGaps(record.gaps, gaps_).ok()) {
    if (first_pass_) ++report_.undecodable_gaps;
    return;
  }
  for (const Gap& gap : gaps_) samples_.itl.Add(ToSeconds(gap.gap_ns));
  if (!first_pass_) return;
  ++samples_.requests_with_gaps;
  report_.same_read_gaps +=
      std::count_if(gaps_.begin(), gaps_.end(), [](const Gap& gap) { return gap.same_read; });
}

void CaseAccumulator::CountTokens(const RequestRecord& record) {
  TokenTotals& totals = report_.tokens;
  ++totals.sources[std::string(TokenSourceName(record.token_source))];
  ++totals.input_sources[std::string(TokenSourceName(record.input_token_source))];
  input_check_.Add(record.usage_input_tokens, record.tokenizer_input_tokens);
  output_check_.Add(record.usage_output_tokens, record.tokenizer_output_tokens);
  if (record.input_tokens == kUnknownTokens) ++totals.without_input;
  totals.without_text += record.has_flag(kFlagNoText);
  if (record.output_tokens == kUnknownTokens) ++totals.without_output;
  if (record.cached_tokens != kUnknownTokens) ++totals.with_cached;
  totals.input += std::max<int64_t>(record.input_tokens, 0);
  totals.output += std::max<int64_t>(record.output_tokens, 0);
  totals.cached += std::max<int64_t>(record.cached_tokens, 0);
  totals.reasoning += std::max<int64_t>(record.reasoning_tokens, 0);
}

bool CaseAccumulator::EndPass() {
  bool complete = samples_.group.EndPass();
  successes_.EndPass();
  if (first_pass_) {
    report_.rate = rate_.Finish();
    const Span window = Window();
    if (window.start_ns != kNever && window.end_ns != kNever && window.length_ns() > 0) {
      window_ = window;
      window_sums_ = successes_.Count(window);
    }
  }
  first_pass_ = false;
  if (!in_flight_known_) in_flight_known_ = EndInFlightPass();
  return complete && in_flight_known_ && successes_.complete();
}

bool CaseAccumulator::EndInFlightPass() {
  if (!window_) return true;
  if (!in_flight_.EndPass(*window_, report_.facts.spec.concurrency)) return false;
  steady_span_ = report_.rate ? rate_.SteadySpan(*report_.rate) : in_flight_.summary().at_target;
  if (steady_span_ && steady_span_->length_ns() <= 0) steady_span_.reset();
  if (steady_span_) steady_sums_ = successes_.Count(*steady_span_);
  return true;
}

Span CaseAccumulator::Window() const {
  const CaseFacts& facts = report_.facts;
  if (facts.window_end_ns == kNever) return {first_dispatch_ns_, last_finish_ns_};
  if (first_dispatch_ns_ == kNever) return {kNever, kNever};
  return {facts.window_start_ns, facts.window_end_ns};
}

void CaseAccumulator::FinishWindow() {
  if (!window_) return;
  report_.window_s = ToSeconds(window_->length_ns());
  report_.window_start_s = ToSeconds(window_->start_ns);
  report_.throughput = successes_.window(window_sums_).throughput();
  double tokens = static_cast<double>(report_.tokens.output);
  if (report_.facts.window_end_ns != kNever) {
    const double straddling_per_s = rate_.straddling_tokens() / *report_.window_s;
    Throughput& throughput = report_.throughput;
    if (throughput.output_tokens_per_s) *throughput.output_tokens_per_s += straddling_per_s;
    if (throughput.total_tokens_per_s) *throughput.total_tokens_per_s += straddling_per_s;
    tokens = throughput.output_tokens_per_s.value_or(0) * *report_.window_s;
  }
  if (tokens > 0) report_.system_time_per_output_token_s = *report_.window_s / tokens;
  report_.achieved_concurrency = in_flight_.summary().mean;
  report_.peak_concurrency = in_flight_.summary().peak;
  if (!steady_span_) return;
  const SuccessWindow& sums = successes_.window(steady_sums_);
  SteadyWindow steady;
  steady.start_s = ToSeconds(steady_span_->start_ns - window_->start_ns);
  steady.seconds = ToSeconds(steady_span_->length_ns());
  steady.requests = sums.requests();
  steady.throughput = sums.throughput();
  report_.steady = steady;
}

void CaseAccumulator::FinishDistributions() {
  report_.ttft_s = Describe(samples_.ttft);
  report_.ttft_sent_s = Describe(samples_.ttft_sent);
  report_.first_event_s = Describe(samples_.first_event);
  report_.tpot_s = Describe(samples_.tpot);
  report_.tpot_simple_s = Describe(samples_.tpot_simple);
  report_.itl_s = samples_.itl.Describe(samples_.requests_with_gaps);
  report_.e2e_s = Describe(samples_.e2e);
  report_.stream_end_s = Describe(samples_.stream_end);
  report_.lateness_s = Describe(samples_.lateness);
  report_.connect_s = Describe(samples_.connect);
  report_.tls_s = Describe(samples_.tls);
  report_.user_tokens_per_s = Describe(samples_.user_tokens_per_s);
}

void CaseAccumulator::FinishClient() {
  ClientReport& client = report_.client;
  LogHistogram lag_ns, kernel_ns, timer_ns;
  for (const AgentFacts& agent : report_.facts.agents) {
    lag_ns.Merge(agent.loop_lag_ns);
    kernel_ns.Merge(agent.kernel_lag_ns);
    timer_ns.Merge(agent.timer_lag_ns);
    client.clock_step_ns = std::max(client.clock_step_ns, agent.clock_step_ns);
    client.clock_rate_error = std::max(client.clock_rate_error, agent.clock_rate_error);
    client.cpu_utilisation_max = std::max(client.cpu_utilisation_max, agent.busy_share_max);
    client.new_connections += agent.new_connections;
    client.reused_connections += agent.reused_connections;
    client.starved_s += ToSeconds(agent.starved_slot_ns);
  }
  client.loop_lag_s = DescribeHistogramNs(lag_ns, report_.lateness_s.count);
  client.kernel_lag_s = DescribeHistogramNs(kernel_ns, report_.lateness_s.count);
  client.timer_lag_s = DescribeHistogramNs(timer_ns, report_.lateness_s.count);
  client.first_token_lag_s = Describe(samples_.first_token_lag);
  if (lag_ns.count() > 0) {
    const bool streamed = client.first_token_lag_s.count > 0;
    // 0 where nothing was sampled, which never wins.
    client.error_bound_p50_s = streamed ? client.first_token_lag_s.p50
                                        : std::max(client.loop_lag_s.p50, client.kernel_lag_s.p50);
    client.error_bound_p99_s = streamed ? client.first_token_lag_s.p99
                                        : std::max(client.loop_lag_s.p99, client.kernel_lag_s.p99);
  }
  AddCalibratedFloor(report_.facts.calibration, client);
  if (report_.window_s && !report_.rate) {
    const auto slots = static_cast<double>(report_.facts.spec.concurrency);
    client.starved_share = client.starved_s / (slots * *report_.window_s);
  }
}

CaseReport CaseAccumulator::Finish() {
  const int64_t ended = report_.requests.ok + report_.requests.failed;
  if (ended > 0) {
    report_.error_rate = static_cast<double>(report_.requests.failed) / static_cast<double>(ended);
  }
  FinishWindow();
  FinishDistributions();
  FinishClient();
  report_.error_samples = errors_.Take();
  if (report_.facts.spec.verify_usage) {
    report_.usage_checks = UsageChecks{input_check_.Finish(), output_check_.Finish()};
  }
  report_.max_error_s = MaxErrorSeconds(report_);
  report_.verdict = Judge(report_);
  report_.gates = EvaluateGates(report_);
  report_.warnings = WarningsFor(report_);
  return std::move(report_);
}

}  // namespace monsoon
