#include "controller/core/preflight/judge_probe.h"

#include <array>
#include <iterator>
#include <utility>

#include "common/base/str_cat.h"
#include "controller/core/preflight/explain_failure.h"
#include "controller/core/preflight/read_gets.h"

namespace monsoon {
namespace {

// What engines write as the owner in their list of models, and the type that they are.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kOwners = {{
    {"vllm", "vllm"},
    {"sglang", "sglang"},
    {"lmdeploy", "lmdeploy"},
    {"llamacpp", "llama.cpp"},
}};

std::optional<double> Seconds(int64_t ns) {
  if (ns == kNever) return std::nullopt;
  return ToSeconds(ns);
}

EngineFacts MakeFacts(const ProbeTarget& target, const ProbeResult& result) {
  EngineFacts facts;
  facts.engine = target.engine;
  facts.type = target.type;
  facts.url = target.url;
  facts.model = target.model;
  facts.server = result.server;
  ReadGets(result.gets, facts);
  const RequestRecord& record = result.record;
  facts.first_token_s = Seconds(record.first_token_ns);
  facts.done_s = Seconds(record.done_ns);
  facts.token_source = TokenSourceName(record.token_source);
  facts.finish_reason = record.finish_reason;
  return facts;
}

void WarnOfTokens(const ProbeTarget& target, const RequestRecord& record,
                  std::vector<std::string>& out) {
  // What was not waited for to its end could not have told.
  if (record.status == RequestStatus::kCancelled || !target.expects_tokens) return;
  if (record.token_source == TokenSource::kUsage || target.has_tokenizer) return;
  out.push_back(StrCat("the answer reports no token usage and the scenario names no tokenizer: ",
                       record.has_flag(kFlagNotStreamed)
                           ? "output tokens will be unknown"
                           : "stream events will be counted in place of tokens",
                       "; name model.tokenizer, or switch usage on at the engine"));
}

void WarnOfOwner(const ProbeTarget& target, const EngineFacts& facts,
                 std::vector<std::string>& out) {
  if (target.type == "openai") return;  // claims to be no engine in particular
  for (const auto& [owner, type] : kOwners) {
    if (facts.owned_by != owner || target.type == type) continue;
    out.push_back(StrCat("the server's list of models says owned_by ", owner,
                         "; did you mean type: ", type,
                         "? Sampling parameters have other names there"));
  }
}

std::vector<std::string> Warnings(const ProbeTarget& target, const ProbeResult& result,
                                  const EngineFacts& facts) {
  std::vector<std::string> out;
  const RequestRecord& record = result.record;
  if (record.error_class == ErrorClass::kEmpty) {
    out.push_back(StrCat(record.error_message,
                         "; a request of the load that is answered so counts as failed (empty)"));
  } else {
    WarnOfTokens(target, record, out);
  }
  if (target.stream && record.has_flag(kFlagNotStreamed)) {
    out.push_back(
        "a stream was asked for, and one document came: TTFT, TPOT and ITL will be undefined; "
        "does a proxy collect the stream, or can this route not stream?");
  }
  if (!facts.health.empty() && facts.health != "ok") {
    out.push_back(StrCat("the server answers, but its health check says ", facts.health));
  }
  WarnOfOwner(target, facts, out);
  return out;
}

// Without text, but by the protocol: the prompt may be the reason. With pointers of one's own they
// are.
bool IsHarmlesslyEmpty(const ProbeTarget& target, const ProbeResult& result) {
  return result.record.error_class == ErrorClass::kEmpty && target.type != "custom" &&
         result.record.received_bytes > 0 && SuggestType(target, result).empty();
}

}  // namespace

ProbeVerdict JudgeProbe(const ProbeTarget& target, const ProbeResult& result) {
  ProbeVerdict verdict;
  if (!result.error.empty()) {
    verdict.failure = result.error;
    return verdict;
  }
  verdict.facts = MakeFacts(target, result);
  if (result.record.status == RequestStatus::kFailed && !IsHarmlesslyEmpty(target, result)) {
    verdict.failure = ExplainFailure(target, result, verdict.facts);
    return verdict;
  }
  verdict.facts.warnings = Warnings(target, result, verdict.facts);
  return verdict;
}

}  // namespace monsoon
