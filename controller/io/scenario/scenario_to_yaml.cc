#include <limits>
#include <string>
#include <vector>

#include "common/base/str_cat.h"
#include "controller/core/scenario/value_text.h"
#include "controller/io/scenario/read_hub.h"
#include "controller/io/scenario/scenario_yaml.h"
#include "controller/io/scenario/yaml_writer.h"

namespace monsoon {
namespace {

// With its prefix also where any hub will do, so that it is not taken for a path.
std::string TokenizerText(const ModelSpec& model) {
  const HubSpec& hub = model.tokenizer_hub;
  if (hub.from.empty()) return model.tokenizer;
  return StrCat(hub.from.find(':') == std::string::npos ? kAnyHubPrefix : "", hub.from,
                hub.revision.empty() ? "" : "@", hub.revision);
}

std::string ModelToYaml(const ModelSpec& model) {
  return YamlFlowMap()
      .Add("name", YamlText(model.name))
      .AddText("tokenizer", TokenizerText(model))
      .str();
}

std::string UpperLimitToYaml(int64_t limit) {
  return limit == std::numeric_limits<int64_t>::max() ? "null" : StrCat(limit);
}

std::string TokenLengthToYaml(const TokenLength& length) {
  YamlFlowMap map;
  switch (length.law) {
    case LengthLaw::kFixed:
      return StrCat(length.mean);
    case LengthLaw::kReference:
      return "reference";
    case LengthLaw::kNormal:
      map.Add("mean", StrCat(length.mean)).Add("stddev", StrCat(length.stddev));
      break;
    default:
      break;
  }
  return map.Add("min", StrCat(length.min)).Add("max", StrCat(length.max)).str();
}

void AddFileKeys(const DatasetSpec& dataset, YamlFlowMap& map) {
  // Of a hub's file, its place in this machine's cache means nothing elsewhere.
  map.AddText("path", dataset.hub.from.empty() ? dataset.path : "")
      .AddText("hub", dataset.hub.from)
      .AddText("revision", dataset.hub.revision)
      .AddText("sha256", dataset.hub.sha256)
      .Add("min_prompt_length", StrCat(dataset.min_prompt_length))
      .Add("max_prompt_length", UpperLimitToYaml(dataset.max_prompt_length))
      .Add("min_prompt_tokens", StrCat(dataset.min_prompt_tokens))
      .Add("max_prompt_tokens", UpperLimitToYaml(dataset.max_prompt_tokens))
      .Add("order", YamlText(DatasetOrderName(dataset.order)))
      .Add("on_bad_line", YamlText(OnBadLineName(dataset.on_bad_line)))
      .Add("cache_bust", YamlBool(dataset.cache_bust));
}

void AddRandomKeys(const DatasetSpec& dataset, YamlFlowMap& map) {
  map.Add("input_tokens", TokenLengthToYaml(dataset.input_tokens))
      .Add("prefix_tokens", StrCat(dataset.prefix_tokens));
  if (dataset.prompts > 0) map.Add("prompts", StrCat(dataset.prompts));
}

// Only keys that go with the format: the reader takes no others.
std::string DatasetToYaml(const DatasetSpec& dataset) {
  YamlFlowMap map;
  map.Add("name", YamlText(dataset.name))
      .Add("format", YamlText(DatasetFormatName(dataset.format)));
  if (dataset.format == DatasetFormat::kRandom) {
    AddRandomKeys(dataset, map);
  } else {
    AddFileKeys(dataset, map);
  }
  if (dataset.format == DatasetFormat::kSharegpt) {
    map.Add("turns", YamlText(ConversationTurnsName(dataset.turns)));
  }
  if (dataset.format == DatasetFormat::kEmbedding) {
    map.Add("batch_size", StrCat(dataset.batch_size));
  }
  if (dataset.output_tokens.law != LengthLaw::kUnset) {
    map.Add("output_tokens", TokenLengthToYaml(dataset.output_tokens));
  }
  return map.str();
}

std::string ResponseToYaml(const CustomEngine& custom) {
  constexpr std::string_view kFramings[] = {"sse", "ndjson", "json"};
  const AnswerPointers& at = custom.pointers;
  const std::string usage = YamlFlowMap()
                                .AddText("input_tokens", at.input_tokens)
                                .AddText("output_tokens", at.output_tokens)
                                .AddText("cached_tokens", at.cached_tokens)
                                .str();
  return YamlFlowMap()
      .Add("framing", YamlText(kFramings[static_cast<size_t>(custom.framing)]))
      .Add("mode", custom.mode == AnswerMode::kDelta ? "delta" : "cumulative")
      .Add("text", YamlText(at.text))
      .AddText("reasoning", at.reasoning)
      .AddText("finish_reason", at.finish_reason)
      .Add("usage", usage)
      .AddText("error", at.error)
      .Add("done", YamlText(at.done))
      .str();
}

std::string EngineToYaml(const EngineSpec& engine) {
  YamlFlowMap map;
  map.Add("type", YamlText(engine.type))
      .AddText("route", engine.route)
      .Add("name", YamlText(engine.name))
      .Add("url", YamlText(engine.url))
      .AddText("api_key_env", engine.api_key_env)
      .AddText("api_key_file", engine.api_key_file);
  if (!engine.headers.empty()) {
    YamlFlowMap headers;
    for (const SecretHeader& header : engine.headers) {
      headers.Add(header.name, YamlWritten(header.written));
    }
    map.Add("headers", headers.str());
  }
  map.AddText("prompt_template", engine.prompt_template)
      .AddText("system_prompt", engine.system_prompt);
  if (!engine.custom.body_json.empty()) {
    map.Add("body", YamlFromJson(engine.custom.body_json))
        .Add("response", ResponseToYaml(engine.custom));
  }
  if (!engine.extra_body_json.empty()) map.Add("extra_body", YamlFromJson(engine.extra_body_json));
  return map.str();
}

std::string SamplingToYaml(const Sampling& sampling) {
  std::vector<std::string> stop;
  for (const std::string& text : sampling.stop) stop.push_back(YamlText(text));
  return YamlFlowMap()
      .Add("stream", YamlBool(sampling.stream))
      .Add("max_tokens", YamlOptional(sampling.max_tokens))
      .Add("min_tokens", YamlOptional(sampling.min_tokens))
      .Add("temperature", YamlOptional(sampling.temperature))
      .Add("top_p", YamlOptional(sampling.top_p))
      .Add("top_k", YamlOptional(sampling.top_k))
      .Add("frequency_penalty", YamlOptional(sampling.frequency_penalty))
      .Add("presence_penalty", YamlOptional(sampling.presence_penalty))
      .Add("repetition_penalty", YamlOptional(sampling.repetition_penalty))
      .Add("seed", YamlOptional(sampling.seed))
      .Add("ignore_eos", YamlOptional(sampling.ignore_eos))
      .Add("stop", YamlList(stop))
      .str();
}

std::string TimeoutsToYaml(const Timeouts& timeouts) {
  return YamlFlowMap()
      .Add("connect", YamlDuration(timeouts.connect_ns))
      .Add("first_token", YamlDuration(timeouts.first_token_ns))
      .Add("idle", YamlDuration(timeouts.idle_ns))
      .Add("total", YamlDuration(timeouts.total_ns))
      .str();
}

std::string VerdictToYaml(const VerdictLimits& verdict) {
  return YamlFlowMap()
      .Add("max_error", YamlDuration(verdict.max_error_ns))
      .Add("max_error_share", YamlNumber(verdict.max_error_share_of_ttft))
      .Add("max_busy", YamlNumber(verdict.max_busy_share))
      .Add("max_starved", YamlNumber(verdict.max_starved_share))
      .Add("max_clock_rate_error", YamlNumber(verdict.max_clock_rate_error))
      .Add("min_achieved_rate", YamlNumber(verdict.min_achieved_rate_share))
      .str();
}

std::string LoadToYaml(const CaseSpec& spec) {
  const LoadSpec& load = spec.load;
  if (!load.open()) return StrCat("concurrency: ", spec.concurrency);
  return "load: " + YamlFlowMap()
                        .Add(LoadLawName(load.law), FormatArrivalRate(load.rate))
                        .Add("max_in_flight", StrCat(load.max_in_flight))
                        .str();
}

std::string EndToYaml(const CaseSpec& spec) {
  if (spec.duration_ns == 0) return StrCat("requests: ", spec.requests);
  return StrCat("duration: ", YamlDuration(spec.duration_ns),
                "\n    grace: ", YamlDuration(spec.grace_ns));
}

std::string CaseToYaml(const CaseSpec& spec) {
  std::vector<std::string> gates;
  for (const Gate& gate : spec.gates) gates.push_back(YamlText(gate.text));
  const std::string limits =
      YamlFlowMap().Add("max_event_bytes", FormatByteSize(spec.max_event_bytes)).str();
  return StrCat("  - model: ", ModelToYaml(spec.model),
                "\n    dataset: ", DatasetToYaml(spec.dataset), "\n    ", LoadToYaml(spec),
                "\n    engine: ", EngineToYaml(spec.engine), "\n    ", EndToYaml(spec),
                "\n    warmup: ", spec.warmup, "\n    sampling: ", SamplingToYaml(spec.sampling),
                "\n    timeouts: ", TimeoutsToYaml(spec.timeouts), "\n    limits: ", limits,
                "\n    token_source: ", TokenRuleName(spec.token_source),
                "\n    verify_usage: ", YamlBool(spec.verify_usage),
                "\n    keep_answers: ", YamlBool(spec.keep_answers),
                "\n    gates: ", YamlList(gates), "\n    verdict: ", VerdictToYaml(spec.verdict),
                "\n");
}

}  // namespace

std::string ScenarioToYaml(const Scenario& scenario) {
  std::vector<std::string> agents;
  for (const std::string& agent : scenario.agents) agents.push_back(YamlText(agent));
  std::string text = StrCat(
      "name: ", YamlText(scenario.name), "\nseed: ", scenario.seed, "\nagents: ", YamlList(agents),
      "\nexpect_agents: ", scenario.expect_agents, "\nlease: ", YamlDuration(scenario.lease_ns),
      "\non_agent_loss: ", OnAgentLossName(scenario.on_agent_loss),
      "\nmax_start_skew: ", YamlDuration(scenario.max_start_skew_ns),
      "\npause: ", YamlDuration(scenario.pause_ns), "\npreflight: ", YamlBool(scenario.preflight),
      "\n");
  if (scenario.insecure_agents) text += "insecure_agents: true\n";
  if (!scenario.agent_tls.ca.empty()) {
    text += StrCat("agent_tls: ",
                   YamlFlowMap()
                       .Add("ca", YamlText(scenario.agent_tls.ca))
                       .Add("cert", YamlText(scenario.agent_tls.cert))
                       .Add("key", YamlText(scenario.agent_tls.key))
                       .str(),
                   "\n");
  }
  if (!scenario.calibration_path.empty()) {
    text += StrCat("calibration: ", YamlText(scenario.calibration_path), "\n");
  }
  text += "cases:\n";
  for (const CaseSpec& spec : scenario.cases) text += CaseToYaml(spec);
  return text;
}

}  // namespace monsoon
