#include "controller/core/report/report_json.h"

#include "common/time/clock.h"
#include "common/time/duration_text.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/client_json.h"
#include "controller/core/report/fleet_json.h"
#include "controller/core/report/json_values.h"
#include "controller/core/report/metric_catalogue.h"
#include "controller/core/report/run_state_text.h"
#include "controller/core/report/warnings.h"

namespace monsoon {
namespace {

Json ThroughputJson(const Throughput& throughput) {
  Json out;
  for (const ThroughputInfo& info : CaseThroughputs()) {
    out[std::string(info.name)] = OptionalJson(throughput.*info.member);
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
          {"mean_relative_difference", OptionalJson(check.mean_relative_difference)},
          {"max_relative_difference", OptionalJson(check.max_relative_difference)}};
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
                   {"value", OptionalJson(gate.value)},
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

Json RateJson(const CaseReport& report) {
  const RateReport& rate = *report.rate;
  const LoadSpec& load = report.facts.spec.load;
  return {{"law", LoadLawName(load.law)},
          {"asked_per_s", rate.asked_per_s},
          {"achieved_per_s", OptionalJson(rate.achieved_per_s)},
          {"achieved_share", OptionalJson(rate.achieved_share)},
          {"planned_so_far", rate.planned_so_far},
          {"dispatched", rate.dispatched},
          {"max_in_flight", load.max_in_flight},
          {"over_max_in_flight", rate.over_max_in_flight}};
}

Json EngineJson(const EngineFacts& engine) {
  Json limits = Json::object();
  for (const auto& [name, value] : engine.limits) limits[CleanText(name)] = value;
  return {{"engine", CleanText(engine.engine)},
          {"type", CleanText(engine.type)},
          {"url", CleanText(engine.url)},
          {"model", CleanText(engine.model)},
          {"agent", CleanText(engine.agent)},
          {"request_id", CleanText(engine.request_id)},
          {"server", CleanText(engine.server)},
          {"health", CleanText(engine.health)},
          {"version", CleanText(engine.version)},
          {"models", CleanListJson(engine.models)},
          {"owned_by", CleanText(engine.owned_by)},
          {"limits", limits},
          {"first_token_s", OptionalJson(engine.first_token_s)},
          {"done_s", OptionalJson(engine.done_s)},
          {"token_source", engine.token_source},
          {"finish_reason", engine.finish_reason},
          {"warnings", CleanListJson(engine.warnings)}};
}

Json ResumesJson(const RunFacts& run) {
  Json out = Json::array();
  for (const ResumeFacts& resume : run.resumes) {
    out.push_back({{"at", FormatUtc(resume.at_wall_ns)}, {"note", CleanText(resume.note)}});
  }
  return out;
}

// Only for what came from a hub.
void AddHub(const char* key, const HubSpec& hub, Json& out) {
  if (hub.from.empty()) return;
  out[key] = {{"file", CleanText(hub.from)},
              {"revision", CleanText(hub.revision)},
              {"sha256", CleanText(hub.sha256)}};
}

void AddIdentity(const CaseReport& report, Json& out) {
  const CaseSpec& spec = report.facts.spec;
  out["name"] = CleanText(spec.name);
  out["model"] = CleanText(spec.model.name);
  out["dataset"] = CleanText(spec.dataset.name);
  out["engine"] = CleanText(spec.engine.name);
  out["engine_type"] = CleanText(spec.engine.type);
  out["engine_route"] = CleanText(spec.engine.route);
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
  AddHub("dataset_hub", spec.dataset.hub, out);
  AddHub("tokenizer_hub", spec.model.tokenizer_hub, out);
}

void AddAttempt(const CaseFacts& facts, Json& out) {
  const auto id = [](std::optional<int32_t> case_id) {
    return case_id ? Json(*case_id) : Json(nullptr);
  };
  out["case_id"] = facts.spec.index;
  out["state"] = CaseStateName(facts.state);
  out["attempt"] = facts.attempt;
  out["supersedes"] = id(facts.supersedes);
  out["superseded_by"] = id(facts.superseded_by);
}

Json CaseJson(const CaseReport& report) {
  Json out;
  AddIdentity(report, out);
  AddAttempt(report.facts, out);
  out["verdict"] = VerdictName(report.verdict.kind);
  out["reasons"] = CleanListJson(report.verdict.reasons);
  out["warnings"] = CleanListJson(report.warnings);
  out["verdict_limits"] = LimitsJson(report);
  out["gates"] = GatesJson(report);
  out["requests"] = RequestsJson(report);
  out["error_rate"] = OptionalJson(report.error_rate);
  out["window_s"] = OptionalJson(report.window_s);
  out["window_start_s"] = OptionalJson(report.window_start_s);
  out["throughput"] = ThroughputJson(report.throughput);
  out["system_time_per_output_token_s"] = OptionalJson(report.system_time_per_output_token_s);
  for (const DistributionInfo& info : CaseDistributions()) {
    out[std::string(info.name)] = DistributionJson(report.*info.member);
  }
  out["itl_same_read_share"] = OptionalJson(report.same_read_share());
  out["user_tokens_per_s"] = DistributionJson(report.user_tokens_per_s);
  out["achieved_concurrency"] = OptionalJson(report.achieved_concurrency);
  out["peak_concurrency"] = report.peak_concurrency;
  out["steady_window"] = SteadyJson(report);
  out["tokens"] = TokensJson(report);
  out["finish_reasons"] = report.finish_reasons;
  out["flags"] = report.flags;
  out["error_samples"] = ErrorSamplesJson(report);
  out["repeated_prompt_share"] = report.facts.repeated_prompt_share;
  out["dataset_counts"] = DatasetJson(report.facts);
  out["client"] = ClientJson(report);
  out["fleet"] = FleetJson(report);
  out["agents"] = AgentsJson(report);
  return out;
}

}  // namespace

std::string RenderReportJson(const RunReport& report) {
  Json out;
  out["schema"] = "monsoon.report/1";
  const Json finished_at = report.run.finished_wall_ns == 0
                               ? Json(nullptr)
                               : Json(FormatUtc(report.run.finished_wall_ns));
  out["run"] = {{"id", CleanText(report.run.run_id)},
                {"name", CleanText(report.run.name)},
                {"started_at", FormatUtc(report.run.started_wall_ns)},
                {"finished_at", finished_at},
                {"state", RunActivityName(report.run.activity)},
                {"resumes", ResumesJson(report.run)},
                {"version", CleanText(report.run.version)},
                {"seed", report.run.seed},
                {"interrupted", report.run.interrupted},
                {"agents", CleanListJson(report.agent_names())},
                {"engines", Json::array()}};
  for (const EngineFacts& engine : report.run.engines) {
    out["run"]["engines"].push_back(EngineJson(engine));
  }
  out["cases"] = Json::array();
  for (const CaseReport& one : report.cases) out["cases"].push_back(CaseJson(one));
  out["unknown"] = GeneralLimits();
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace monsoon
