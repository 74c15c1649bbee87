#include "controller/core/report/report_json.h"

#include <nlohmann/json.hpp>

#include "common/time/clock.h"
#include "common/time/duration_text.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/metric_catalogue.h"
#include "controller/core/report/warnings.h"

namespace monsoon {
namespace {

using Json = nlohmann::ordered_json;

Json Optional(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json DistributionJson(const Distribution& distribution) {
  Json out;
  out["count"] = distribution.count;
  for (const Statistic& statistic : DistributionStatistics()) {
    out[std::string(statistic.name)] =
        distribution.count > 0 ? Json(distribution.*statistic.member) : Json(nullptr);
  }
  out["insufficient"] = distribution.insufficient;
  return out;
}

Json ThroughputJson(const Throughput& throughput) {
  Json out;
  for (const ThroughputInfo& info : CaseThroughputs()) {
    out[std::string(info.name)] = Optional(throughput.*info.member);
  }
  return out;
}

Json RequestsJson(const CaseReport& report) {
  const RequestCounts& counts = report.requests;
  return {{"planned", counts.planned},   {"ok", counts.ok},
          {"failed", counts.failed},     {"cancelled", counts.cancelled},
          {"not_sent", counts.not_sent}, {"lost", counts.lost},
          {"errors", counts.errors},     {"warmup", report.warmup_requests}};
}

Json UsageCheckJson(const UsageCheck& check) {
  return {{"requests", check.requests},
          {"differ", check.differ},
          {"reported", check.reported},
          {"counted", check.counted},
          {"max_difference", check.max_difference},
          {"mean_relative_difference", Optional(check.mean_relative_difference)},
          {"max_relative_difference", Optional(check.max_relative_difference)}};
}

Json TokensJson(const CaseReport& report) {
  const TokenTotals& tokens = report.tokens;
  Json check = nullptr;
  if (report.usage_checks) {
    check = {{"input", UsageCheckJson(report.usage_checks->input)},
             {"output", UsageCheckJson(report.usage_checks->output)}};
  }
  return {{"input", tokens.input},
          {"output", tokens.output},
          {"cached", tokens.cached},
          {"reasoning", tokens.reasoning},
          {"requests_without_input", tokens.without_input},
          {"requests_without_output", tokens.without_output},
          {"requests_with_cached", tokens.with_cached},
          {"requests_without_text", tokens.without_text},
          {"sources", tokens.sources},
          {"input_sources", tokens.input_sources},
          {"first_chunk_assumed", tokens.first_chunk_assumed},
          {"usage_check", std::move(check)}};
}

Json SteadyJson(const CaseReport& report) {
  const std::optional<SteadyWindow>& steady = report.steady;
  if (!steady) return nullptr;
  const char* const rule =
      report.rate ? "first to last dispatch, where the achieved share of the rate is within its "
                    "limit; tokens of the successful requests that finished inside"
                  : "first to last moment with the asked concurrency in flight; tokens of the "
                    "successful requests that finished inside";
  return {{"start_s", steady->start_s},
          {"seconds", steady->seconds},
          {"requests", steady->requests},
          {"throughput", ThroughputJson(steady->throughput)},
          {"rule", rule}};
}

Json CalibrationJson(const std::optional<Calibration>& calibration) {
  if (!calibration) return nullptr;
  const CalibratedCapacity& capacity = calibration->capacity;
  return {{"hostname", CleanText(calibration->machine.hostname)},
          {"version", CleanText(calibration->version)},
          {"load_threads", calibration->load_threads},
          {"made_at", CleanText(calibration->made_at)},
          {"floor_s", {{"p50", calibration->floor.p50_s}, {"p99", calibration->floor.p99_s}}},
          {"capacity",
           {{"streams", capacity.streams},
            {"tokens_per_s", calibration->tokens_per_s},
            {"events_per_s", capacity.events_per_s},
            {"limited_by", CapacityLimitName(capacity.limit)}}}};
}

Json ClientJson(const CaseReport& report) {
  const ClientReport& client = report.client;
  return {
      {"error_bound_s",
       {{"p50", Optional(client.error_bound_p50_s)}, {"p99", Optional(client.error_bound_p99_s)}}},
      {"lag_bound_s",
       {{"p50", Optional(client.lag_bound_p50_s)}, {"p99", Optional(client.lag_bound_p99_s)}}},
      {"calibration", CalibrationJson(report.facts.calibration)},
      {"loop_lag_s", DistributionJson(client.loop_lag_s)},
      {"kernel_lag_s", DistributionJson(client.kernel_lag_s)},
      {"first_token_lag_s", DistributionJson(client.first_token_lag_s)},
      {"timer_lag_s", DistributionJson(client.timer_lag_s)},
      {"clock_step_s", ToSeconds(client.clock_step_ns)},
      {"clock_rate_error", client.clock_rate_error},
      {"cpu_utilisation_max", client.cpu_utilisation_max},
      {"reused_connections", client.reused_connections},
      {"new_connections", client.new_connections},
      {"starved_s", client.starved_s},
      {"starved_share", Optional(client.starved_share)}};
}

Json AgentJson(const AgentFacts& agent) {
  const LogHistogram& lag = agent.loop_lag_ns;
  const auto quantile = [&lag](double p) {
    return lag.count() == 0 ? Json(nullptr) : Json(ToSeconds(lag.Quantile(p)));
  };
  return {{"name", CleanText(agent.name)},
          {"hostname", CleanText(agent.hostname)},
          {"version", CleanText(agent.version)},
          {"load_threads", agent.load_threads},
          {"concurrency", agent.concurrency},
          {"engine_address", CleanText(agent.engine_address)},
          {"clock_offset_s", ToSeconds(agent.clock_offset_ns)},
          {"clock_bound_s", ToSeconds(agent.clock_bound_ns)},
          {"new_connections", agent.new_connections},
          {"reused_connections", agent.reused_connections},
          {"busy_share_max", agent.busy_share_max},
          {"cpu_s", agent.cpu_seconds},
          {"starved_s", ToSeconds(agent.starved_slot_ns)},
          {"loop_lag_s", {{"p50", quantile(0.5)}, {"p99", quantile(0.99)}, {"max", quantile(1)}}},
          {"lost", agent.lost},
          {"lost_reason", CleanText(agent.lost_reason)}};
}

Json LimitsJson(const CaseReport& report) {
  const VerdictLimits& limits = report.facts.spec.verdict;
  Json out = {{"max_error_s", ToSeconds(limits.max_error_ns)},
              {"max_error_share_of_ttft", limits.max_error_share_of_ttft},
              {"effective_max_error_s", report.max_error_s},
              {"max_busy_share", limits.max_busy_share},
              {"max_clock_rate_error", limits.max_clock_rate_error}};
  if (report.rate) {
    out["min_achieved_rate_share"] = limits.min_achieved_rate_share;
  } else {
    out["max_starved_share"] = limits.max_starved_share;
  }
  return out;
}

Json GatesJson(const CaseReport& report) {
  Json out = Json::array();
  for (const GateResult& gate : report.gates) {
    out.push_back({{"gate", CleanText(gate.text)},
                   {"metric", gate.metric},
                   {"value", Optional(gate.value)},
                   {"passed", gate.passed}});
  }
  return out;
}

Json ErrorSamplesJson(const CaseReport& report) {
  Json out = Json::array();
  for (const ErrorSample& sample : report.error_samples) {
    const Json status = sample.http_status == 0 ? Json(nullptr) : Json(sample.http_status);
    out.push_back({{"class", sample.error_class},
                   {"http_status", status},
                   {"message", CleanText(sample.message)},
                   {"count", sample.count}});
  }
  return out;
}

Json DatasetJson(const CaseFacts& facts) {
  return {{"items", facts.dataset_items},
          {"filtered", facts.dataset_filtered},
          {"skipped_bad", facts.dataset_skipped_bad},
          {"first_bad", CleanText(facts.dataset_first_bad)}};
}

Json CleanList(const std::vector<std::string>& texts) {
  Json out = Json::array();
  for (const std::string& text : texts) out.push_back(CleanText(text));
  return out;
}

Json RateJson(const CaseReport& report) {
  const RateReport& rate = *report.rate;
  const LoadSpec& load = report.facts.spec.load;
  return {{"law", LoadLawName(load.law)},
          {"asked_per_s", rate.asked_per_s},
          {"achieved_per_s", Optional(rate.achieved_per_s)},
          {"achieved_share", Optional(rate.achieved_share)},
          {"planned_so_far", rate.planned_so_far},
          {"dispatched", rate.dispatched},
          {"max_in_flight", load.max_in_flight},
          {"over_max_in_flight", rate.over_max_in_flight}};
}

void AddIdentity(const CaseReport& report, Json& out) {
  const CaseSpec& spec = report.facts.spec;
  out["name"] = CleanText(spec.name);
  out["model"] = CleanText(spec.model.name);
  out["dataset"] = CleanText(spec.dataset.name);
  out["engine"] = CleanText(spec.engine.name);
  out["engine_type"] = CleanText(spec.engine.type);
  if (report.rate) {
    out["rate"] = RateJson(report);
  } else {
    out["concurrency"] = spec.concurrency;
  }
  out["stream"] = spec.sampling.stream;
  out["token_source"] = TokenRuleName(spec.token_source);
  out["tokenizer"] =
      spec.model.tokenizer.empty() ? Json(nullptr) : Json(CleanText(spec.model.tokenizer));
  out["cache_bust"] = spec.dataset.cache_bust;
}

Json CaseJson(const CaseReport& report) {
  Json out;
  AddIdentity(report, out);
  out["verdict"] = VerdictName(report.verdict.kind);
  out["reasons"] = CleanList(report.verdict.reasons);
  out["warnings"] = CleanList(report.warnings);
  out["verdict_limits"] = LimitsJson(report);
  out["gates"] = GatesJson(report);
  out["requests"] = RequestsJson(report);
  out["error_rate"] = Optional(report.error_rate);
  out["window_s"] = Optional(report.window_s);
  out["window_start_s"] = Optional(report.window_start_s);
  out["throughput"] = ThroughputJson(report.throughput);
  out["system_time_per_output_token_s"] = Optional(report.system_time_per_output_token_s);
  for (const DistributionInfo& info : CaseDistributions()) {
    out[std::string(info.name)] = DistributionJson(report.*info.member);
  }
  out["itl_same_read_share"] = Optional(report.same_read_share());
  out["user_tokens_per_s"] = DistributionJson(report.user_tokens_per_s);
  out["achieved_concurrency"] = Optional(report.achieved_concurrency);
  out["peak_concurrency"] = report.peak_concurrency;
  out["steady_window"] = SteadyJson(report);
  out["tokens"] = TokensJson(report);
  out["finish_reasons"] = report.finish_reasons;
  out["flags"] = report.flags;
  out["error_samples"] = ErrorSamplesJson(report);
  out["repeated_prompt_share"] = report.facts.repeated_prompt_share;
  out["dataset_counts"] = DatasetJson(report.facts);
  out["client"] = ClientJson(report);
  out["agents"] = Json::array();
  for (const AgentFacts& agent : report.facts.agents) out["agents"].push_back(AgentJson(agent));
  return out;
}

}  // namespace

std::string RenderReportJson(const RunReport& report) {
  Json out;
  out["schema"] = "monsoon.report/1";
  out["run"] = {{"id", CleanText(report.run.run_id)},
                {"name", CleanText(report.run.name)},
                {"started_at", FormatUtc(report.run.started_wall_ns)},
                {"finished_at", FormatUtc(report.run.finished_wall_ns)},
                {"version", CleanText(report.run.version)},
                {"seed", report.run.seed},
                {"interrupted", report.run.interrupted},
                {"agents", CleanList(report.agent_names())}};
  out["cases"] = Json::array();
  for (const CaseReport& one : report.cases) out["cases"].push_back(CaseJson(one));
  out["unknown"] = GeneralLimits();
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace monsoon
