#include "controller/core/report/case_spec_json.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "common/base/str_cat.h"
#include "controller/core/report/json_archive.h"

namespace monsoon {
namespace {

constexpr std::array<std::string_view, 4> kGateOps = {"<", "<=", ">", ">="};
constexpr std::array<std::string_view, 2> kOrders = {"sequential", "shuffle"};
constexpr std::array<std::string_view, 2> kBadLines = {"error", "skip"};
constexpr std::array<std::string_view, 3> kTokenRules = {"auto", "usage", "tokenizer"};
constexpr std::array<std::string_view, 3> kFramings = {"sse", "ndjson", "json"};
constexpr std::array<std::string_view, 2> kModes = {"delta", "cumulative"};
constexpr std::array<std::string_view, 2> kTurns = {"first", "all"};
constexpr std::array<std::string_view, 5> kLengthLaws = {"unset", "fixed", "uniform", "normal",
                                                         "reference"};
constexpr char kNotStored[] = "<not stored>";

}  // namespace

// Not in the namespace without a name, in which the archive's templates would not find them.
template <typename T, typename Plain>
concept MaybeConst = std::same_as<std::remove_const_t<T>, Plain>;

template <typename Archive, MaybeConst<HubSpec> T>
void Visit(Archive& archive, T& hub) {
  archive.Member("from", hub.from);
  archive.Member("revision", hub.revision);
  archive.Member("sha256", hub.sha256);
}

template <typename Archive, MaybeConst<ModelSpec> T>
void Visit(Archive& archive, T& model) {
  archive.Member("name", model.name);
  archive.Member("tokenizer", model.tokenizer);
  archive.Object("tokenizer_hub", model.tokenizer_hub);
}

template <typename Archive, MaybeConst<TokenLength> T>
void Visit(Archive& archive, T& length) {
  archive.Choice("law", kLengthLaws, length.law);
  archive.Member("mean", length.mean);
  archive.Member("stddev", length.stddev);
  archive.Member("min", length.min);
  archive.Member("max", length.max);
}

template <typename Archive, MaybeConst<DatasetSpec> T>
void Visit(Archive& archive, T& dataset) {
  static const std::array<std::string_view, 8> kFormats = {
      DatasetFormatName(DatasetFormat::kOpenqa),     DatasetFormatName(DatasetFormat::kLongalpaca),
      DatasetFormatName(DatasetFormat::kLineByLine), DatasetFormatName(DatasetFormat::kSharegpt),
      DatasetFormatName(DatasetFormat::kMessages),   DatasetFormatName(DatasetFormat::kRandom),
      DatasetFormatName(DatasetFormat::kEmbedding),  DatasetFormatName(DatasetFormat::kRerank)};
  archive.Member("name", dataset.name);
  archive.Choice("format", kFormats, dataset.format);
  archive.Member("path", dataset.path);
  archive.Member("min_prompt_length", dataset.min_prompt_length);
  archive.Member("max_prompt_length", dataset.max_prompt_length);
  archive.Choice("order", kOrders, dataset.order);
  archive.Choice("on_bad_line", kBadLines, dataset.on_bad_line);
  archive.Member("cache_bust", dataset.cache_bust);
  archive.Object("hub", dataset.hub);
  archive.Member("min_prompt_tokens", dataset.min_prompt_tokens);
  archive.Member("max_prompt_tokens", dataset.max_prompt_tokens);
  archive.Object("output_tokens", dataset.output_tokens);
  archive.Choice("turns", kTurns, dataset.turns);
  archive.Member("batch_size", dataset.batch_size);
  archive.Object("input_tokens", dataset.input_tokens);
  archive.Member("prefix_tokens", dataset.prefix_tokens);
  archive.Member("prompts", dataset.prompts);
}

template <typename Archive, MaybeConst<CustomEngine> T>
void Visit(Archive& archive, T& custom) {
  archive.Member("body_json", custom.body_json);
  archive.Choice("framing", kFramings, custom.framing);
  archive.Choice("mode", kModes, custom.mode);
  archive.Member("text", custom.pointers.text);
  archive.Member("reasoning", custom.pointers.reasoning);
  archive.Member("finish_reason", custom.pointers.finish_reason);
  archive.Member("input_tokens", custom.pointers.input_tokens);
  archive.Member("output_tokens", custom.pointers.output_tokens);
  archive.Member("cached_tokens", custom.pointers.cached_tokens);
  archive.Member("error", custom.pointers.error);
  archive.Member("done", custom.pointers.done);
}

// The value is never stored.
template <typename Archive, MaybeConst<SecretHeader> T>
void Visit(Archive& archive, T& header) {
  archive.Member("name", header.name);
  archive.Member("written", header.written);
}

template <typename Archive, MaybeConst<EngineSpec> T>
void Visit(Archive& archive, T& engine) {
  archive.Member("type", engine.type);
  archive.Member("route", engine.route);
  archive.Member("name", engine.name);
  archive.Member("url", engine.url);
  archive.Member("api_key_env", engine.api_key_env);
  archive.Member("api_key_file", engine.api_key_file);
  archive.List("request_headers", engine.headers);
  archive.Member("extra_body_json", engine.extra_body_json);
  archive.Member("prompt_template", engine.prompt_template);
  archive.Member("system_prompt", engine.system_prompt);
  archive.Object("custom", engine.custom);
}

template <typename Archive, MaybeConst<Sampling> T>
void Visit(Archive& archive, T& sampling) {
  archive.Member("stream", sampling.stream);
  archive.Member("max_tokens", sampling.max_tokens);
  archive.Member("min_tokens", sampling.min_tokens);
  archive.Member("temperature", sampling.temperature);
  archive.Member("top_p", sampling.top_p);
  archive.Member("top_k", sampling.top_k);
  archive.Member("frequency_penalty", sampling.frequency_penalty);
  archive.Member("presence_penalty", sampling.presence_penalty);
  archive.Member("repetition_penalty", sampling.repetition_penalty);
  archive.Member("seed", sampling.seed);
  archive.Member("ignore_eos", sampling.ignore_eos);
  archive.Member("stop", sampling.stop);
}

template <typename Archive, MaybeConst<Timeouts> T>
void Visit(Archive& archive, T& timeouts) {
  archive.Member("connect_ns", timeouts.connect_ns);
  archive.Member("first_token_ns", timeouts.first_token_ns);
  archive.Member("idle_ns", timeouts.idle_ns);
  archive.Member("total_ns", timeouts.total_ns);
}

template <typename Archive, MaybeConst<Gate> T>
void Visit(Archive& archive, T& gate) {
  archive.Member("text", gate.text);
  archive.Member("metric", gate.metric);
  archive.Choice("op", kGateOps, gate.op);
  archive.Member("threshold", gate.threshold);
}

template <typename Archive, MaybeConst<VerdictLimits> T>
void Visit(Archive& archive, T& limits) {
  archive.Member("max_error_ns", limits.max_error_ns);
  archive.Member("max_error_share_of_ttft", limits.max_error_share_of_ttft);
  archive.Member("max_busy_share", limits.max_busy_share);
  archive.Member("max_starved_share", limits.max_starved_share);
  archive.Member("max_clock_rate_error", limits.max_clock_rate_error);
  archive.Member("min_achieved_rate_share", limits.min_achieved_rate_share);
}

template <typename Archive, MaybeConst<LoadSpec> T>
void Visit(Archive& archive, T& load) {
  static const std::array<std::string_view, 3> kLaws = {LoadLawName(LoadLaw::kClosed),
                                                        LoadLawName(LoadLaw::kConstant),
                                                        LoadLawName(LoadLaw::kPoisson)};
  archive.Choice("law", kLaws, load.law);
  archive.Member("micro_per_min", load.rate.micro_per_min);
  archive.Member("max_in_flight", load.max_in_flight);
}

template <typename Archive, MaybeConst<CaseSpec> T>
void Visit(Archive& archive, T& spec) {
  archive.Member("index", spec.index);
  archive.Member("name", spec.name);
  archive.Object("model", spec.model);
  archive.Object("dataset", spec.dataset);
  archive.Object("engine", spec.engine);
  archive.Member("concurrency", spec.concurrency);
  archive.Object("load", spec.load);
  archive.Member("requests", spec.requests);
  archive.Member("duration_ns", spec.duration_ns);
  archive.Member("grace_ns", spec.grace_ns);
  archive.Member("warmup", spec.warmup);
  archive.Object("sampling", spec.sampling);
  archive.Object("timeouts", spec.timeouts);
  archive.Member("max_event_bytes", spec.max_event_bytes);
  archive.Choice("token_source", kTokenRules, spec.token_source);
  archive.Member("verify_usage", spec.verify_usage);
  archive.Member("keep_answers", spec.keep_answers);
  archive.List("gates", spec.gates);
  archive.Object("verdict", spec.verdict);
}

std::string CaseSpecToJson(const CaseSpec& spec) {
  JsonWriter writer;
  Visit(writer, spec);
  return writer.json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

absl::StatusOr<CaseSpec> CaseSpecFromJson(std::string_view json) {
  try {
    const auto parsed = nlohmann::ordered_json::parse(json);
    CaseSpec spec;
    JsonReader reader(parsed);
    Visit(reader, spec);
    return spec;
  } catch (const nlohmann::json::exception& error) {
    return absl::DataLossError(StrCat("the stored case is damaged: ", error.what()));
  }
}

CaseSpec WithoutSecrets(CaseSpec spec) {
  for (SecretHeader& header : spec.engine.headers) {
    header.value = Secret();
    header.written = kNotStored;
  }
  std::string& url = spec.engine.url;
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos) return spec;
  const size_t host = scheme + 3;
  const size_t host_end = std::min(url.find_first_of("/?#", host), url.size());
  const size_t at = url.rfind('@', host_end);
  if (at != std::string::npos && at >= host && at < host_end) url.erase(host, at + 1 - host);
  return spec;
}

}  // namespace monsoon
