#include "controller/core/report/case_accumulator.h"

#include <algorithm>
#include <utility>

#include "common/model/gap_codec.h"
#include "common/time/clock.h"
#include "controller/core/report/gate_results.h"
#include "controller/core/report/metric_catalogue.h"
#include "controller/core/report/request_metrics.h"
#include "controller/core/report/verdict.h"
#include "controller/core/report/warnings.h"

namespace monsoon {
namespace {

void Push(const std::optional<double>& value, std::vector<double>& samples) {
  if (value) samples.push_back(*value);
}

Distribution Describe(std::vector<double>& samples) {
  return DescribeSamples(samples, static_cast<int64_t>(samples.size()));
}

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

CaseAccumulator::CaseAccumulator(CaseFacts facts) {
  report_.facts = std::move(facts);
  report_.requests.planned = report_.facts.planned;
  for (const FlagInfo& info : RecordFlags()) report_.flags[std::string(info.name)] = 0;
}

void CaseAccumulator::Add(const RequestRecord& record) {
  const int64_t finish_ns = FinishNs(record);
  const bool dispatched = record.dispatched_ns != kNever;
  if (dispatched) in_flight_.Add(record.dispatched_ns, std::max(finish_ns, record.dispatched_ns));
  if (record.phase == Phase::kWarmup) {
    ++report_.warmup_requests;
    return;
  }
  CountStatus(record);
  rate_.Add(record);
  if (dispatched) {
    const bool first = first_dispatch_ns_ == kNever || record.dispatched_ns < first_dispatch_ns_;
    if (first) first_dispatch_ns_ = record.dispatched_ns;
    Push(LatenessSeconds(record), samples_.lateness);
  }
  for (const FlagInfo& info : RecordFlags()) {
    if (record.has_flag(info.flag)) ++report_.flags[std::string(info.name)];
  }
  if (HasEnded(record)) last_finish_ns_ = std::max(last_finish_ns_, finish_ns);
  if (record.status == RequestStatus::kOk) AddSuccess(record);
}

void CaseAccumulator::CountStatus(const RequestRecord& record) {
  switch (record.status) {
    case RequestStatus::kOk:
      ++report_.requests.ok;
      break;
    case RequestStatus::kFailed:
      ++report_.requests.failed;
      ++report_.requests.errors[std::string(ErrorClassName(record.error_class))];
      errors_.Add(record);
      break;
    case RequestStatus::kCancelled:
      ++report_.requests.cancelled;
      break;
    case RequestStatus::kNotSent:
      ++report_.requests.not_sent;
      break;
    case RequestStatus::kLost:
      ++report_.requests.lost;
      break;
  }
}

void CaseAccumulator::AddSuccess(const RequestRecord& record) {
  successes_.push_back({FinishNs(record), record.input_tokens, record.output_tokens});
  ++report_.finish_reasons[record.finish_reason.empty() ? "none" : record.finish_reason];
  AddLatencies(record);
  AddGaps(record);
  AddTokens(record);
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
    if (assumed) ++report_.tokens.first_chunk_assumed;
    if (*metrics.tpot_s > 0) samples_.user_tokens_per_s.push_back(1 / *metrics.tpot_s);
  }
  if (record.first_token_lag_ns != kNever) {
    samples_.first_token_lag.push_back(ToSeconds(record.first_token_lag_ns));
  }
}

void CaseAccumulator::AddGaps(const RequestRecord& record) {
  if (record.gaps.empty() || record.has_flag(kFlagNotStreamed)) return;
  const absl::StatusOr<std::vector<Gap>> gaps = DecodeGaps(record.gaps);
  if (!gaps.ok()) {
    ++report_.undecodable_gaps;
    return;
  }
  ++samples_.requests_with_gaps;
  for (const Gap& gap : *gaps) {
    samples_.itl.push_back(ToSeconds(gap.gap_ns));
    if (gap.same_read) ++report_.same_read_gaps;
  }
}

void CaseAccumulator::AddTokens(const RequestRecord& record) {
  TokenTotals& totals = report_.tokens;
  ++totals.sources[std::string(TokenSourceName(record.token_source))];
  if (record.input_tokens == kUnknownTokens) ++totals.without_input;
  if (record.output_tokens == kUnknownTokens) ++totals.without_output;
  if (record.cached_tokens != kUnknownTokens) ++totals.with_cached;
  totals.input += std::max<int64_t>(record.input_tokens, 0);
  totals.output += std::max<int64_t>(record.output_tokens, 0);
  totals.cached += std::max<int64_t>(record.cached_tokens, 0);
  totals.reasoning += std::max<int64_t>(record.reasoning_tokens, 0);
}

Throughput CaseAccumulator::ThroughputOf(Span span, int64_t* requests) const {
  int64_t ok = 0, inputs = 0, outputs = 0, input_tokens = 0, output_tokens = 0;
  for (const Success& success : successes_) {
    if (success.finish_ns < span.start_ns || success.finish_ns > span.end_ns) continue;
    ++ok;
    inputs += success.input_tokens != kUnknownTokens;
    outputs += success.output_tokens != kUnknownTokens;
    input_tokens += std::max<int64_t>(success.input_tokens, 0);
    output_tokens += std::max<int64_t>(success.output_tokens, 0);
  }
  *requests = ok;
  const double seconds = ToSeconds(span.length_ns());
  Throughput out;
  out.requests_per_s = static_cast<double>(ok) / seconds;
  // Without a single success 0 tokens were received, which is known; without a single count,
  // nothing.
  if (ok == 0 || inputs > 0) out.input_tokens_per_s = static_cast<double>(input_tokens) / seconds;
  if (ok == 0 || outputs > 0) {
    out.output_tokens_per_s = static_cast<double>(output_tokens) / seconds;
  }
  if (out.input_tokens_per_s && out.output_tokens_per_s) {
    out.total_tokens_per_s = static_cast<double>(input_tokens + output_tokens) / seconds;
  }
  return out;
}

Span CaseAccumulator::Window() const {
  const CaseFacts& facts = report_.facts;
  if (facts.window_end_ns == kNever) return {first_dispatch_ns_, last_finish_ns_};
  if (first_dispatch_ns_ == kNever) return {kNever, kNever};
  return {facts.window_start_ns, facts.window_end_ns};
}

void CaseAccumulator::FinishWindow() {
  const Span window = Window();
  if (window.start_ns == kNever || window.end_ns == kNever || window.length_ns() <= 0) return;
  report_.window_s = ToSeconds(window.length_ns());
  report_.window_start_s = ToSeconds(window.start_ns);
  int64_t finished = 0;
  report_.throughput = ThroughputOf(window, &finished);
  double tokens = static_cast<double>(report_.tokens.output);
  if (report_.facts.window_end_ns != kNever) {
    const double straddling_per_s = rate_.straddling_tokens() / *report_.window_s;
    Throughput& throughput = report_.throughput;
    if (throughput.output_tokens_per_s) *throughput.output_tokens_per_s += straddling_per_s;
    if (throughput.total_tokens_per_s) *throughput.total_tokens_per_s += straddling_per_s;
    tokens = throughput.output_tokens_per_s.value_or(0) * *report_.window_s;
  }
  if (tokens > 0) report_.system_time_per_output_token_s = *report_.window_s / tokens;
  const InFlight::Summary in_flight = in_flight_.Summarise(window, report_.facts.spec.concurrency);
  report_.achieved_concurrency = in_flight.mean;
  report_.peak_concurrency = in_flight.peak;
  const std::optional<Span> span =
      report_.rate ? rate_.SteadySpan(*report_.rate) : in_flight.at_target;
  if (!span || span->length_ns() <= 0) return;
  SteadyWindow steady;
  steady.start_s = ToSeconds(span->start_ns - window.start_ns);
  steady.seconds = ToSeconds(span->length_ns());
  steady.throughput = ThroughputOf(*span, &steady.requests);
  report_.steady = steady;
}

void CaseAccumulator::FinishDistributions() {
  report_.ttft_s = Describe(samples_.ttft);
  report_.ttft_sent_s = Describe(samples_.ttft_sent);
  report_.first_event_s = Describe(samples_.first_event);
  report_.tpot_s = Describe(samples_.tpot);
  report_.tpot_simple_s = Describe(samples_.tpot_simple);
  report_.itl_s = DescribeSamples(samples_.itl, samples_.requests_with_gaps);
  report_.e2e_s = Describe(samples_.e2e);
  report_.stream_end_s = Describe(samples_.stream_end);
  report_.lateness_s = Describe(samples_.lateness);
  report_.connect_s = Describe(samples_.connect);
  report_.tls_s = Describe(samples_.tls);
  report_.user_tokens_per_s = Describe(samples_.user_tokens_per_s);
}

void CaseAccumulator::FinishClient() {
  ClientReport& client = report_.client;
  LogHistogram lag_ns;
  for (const AgentFacts& agent : report_.facts.agents) {
    lag_ns.Merge(agent.loop_lag_ns);
    client.cpu_utilisation_max = std::max(client.cpu_utilisation_max, agent.busy_share_max);
    client.new_connections += agent.new_connections;
    client.reused_connections += agent.reused_connections;
    client.starved_s += ToSeconds(agent.starved_slot_ns);
  }
  client.loop_lag_s = DescribeHistogramNs(lag_ns, report_.lateness_s.count);
  client.first_token_lag_s = Describe(samples_.first_token_lag);
  if (lag_ns.count() > 0) {
    client.error_bound_p50_s = client.loop_lag_s.p50;
    client.error_bound_p99_s = client.loop_lag_s.p99;
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
  report_.rate = rate_.Finish();
  FinishWindow();
  FinishDistributions();
  FinishClient();
  report_.error_samples = errors_.Take();
  report_.max_error_s = MaxErrorSeconds(report_);
  report_.verdict = Judge(report_);
  report_.gates = EvaluateGates(report_);
  report_.warnings = WarningsFor(report_);
  return std::move(report_);
}

}  // namespace monsoon
