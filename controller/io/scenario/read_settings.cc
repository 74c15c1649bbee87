#include "controller/io/scenario/read_settings.h"

#include <utility>

#include "common/base/str_cat.h"
#include "controller/core/scenario/checks.h"
#include "controller/core/scenario/ranges.h"

namespace monsoon {
namespace {

void ReadStop(MapReader& map, std::vector<std::string>& stop) {
  const YamlNode* const node = map.Find("stop");
  if (node == nullptr) return;
  std::vector<std::string> read;
  const std::vector<YamlNode> one = {*node};
  for (const YamlNode& item : node->IsSequence() ? node->items : one) {
    if (item.IsBroken() || node->IsNull()) continue;
    if (!item.IsScalar() || item.scalar.empty()) {
      map.Complain("stop", item, "a text of at least one character, a list of such, or null");
      continue;
    }
    read.push_back(item.scalar);
  }
  stop = std::move(read);
}

void ReadSampling(const YamlNode& node, Sampling& sampling, Diagnostics& diagnostics) {
  MapReader map(node, "sampling", diagnostics);
  map.ReadBool("stream", sampling.stream);
  map.ReadOptionalInt("max_tokens", kMaxTokensRange, sampling.max_tokens);
  map.ReadOptionalInt("min_tokens", kMinTokensRange, sampling.min_tokens);
  map.ReadOptionalNumber("temperature", kTemperatureRange, sampling.temperature);
  map.ReadOptionalNumber("top_p", kTopPRange, sampling.top_p);
  map.ReadOptionalInt("top_k", kTopKRange, sampling.top_k);
  map.ReadOptionalNumber("frequency_penalty", kPenaltyRange, sampling.frequency_penalty);
  map.ReadOptionalNumber("presence_penalty", kPenaltyRange, sampling.presence_penalty);
  map.ReadOptionalNumber("repetition_penalty", kRepetitionPenaltyRange,
                         sampling.repetition_penalty);
  map.ReadOptionalInt("seed", kSamplingSeedRange, sampling.seed);
  map.ReadOptionalBool("ignore_eos", sampling.ignore_eos);
  ReadStop(map, sampling.stop);
  map.RejectUnknownKeys();
  if (const absl::Status status = CheckSampling(sampling); !status.ok()) {
    map.Report("min_tokens", StrCat("sampling: ", status.message()));
  }
}

void ReadTimeouts(const YamlNode& node, Timeouts& timeouts, Diagnostics& diagnostics) {
  MapReader map(node, "timeouts", diagnostics);
  map.ReadDuration("connect", kTimeoutRange, timeouts.connect_ns);
  map.ReadDuration("first_token", kTimeoutRange, timeouts.first_token_ns);
  map.ReadDuration("idle", kTimeoutRange, timeouts.idle_ns);
  map.ReadDuration("total", kTimeoutRange, timeouts.total_ns);
  map.RejectUnknownKeys();
}

void ReadLimits(const YamlNode& node, CaseSpec& spec, Diagnostics& diagnostics) {
  MapReader map(node, "limits", diagnostics);
  map.ReadByteSize("max_event_bytes", kMaxEventBytesRange, spec.max_event_bytes);
  map.RejectUnknownKeys();
}

void ReadVerdict(const YamlNode& node, VerdictLimits& verdict, Diagnostics& diagnostics) {
  MapReader map(node, "verdict", diagnostics);
  map.ReadDuration("max_error", kMaxErrorRange, verdict.max_error_ns);
  map.ReadShare("max_error_share", verdict.max_error_share_of_ttft);
  map.ReadShare("max_busy", verdict.max_busy_share);
  map.ReadShare("max_starved", verdict.max_starved_share);
  map.ReadShare("max_clock_rate_error", verdict.max_clock_rate_error);
  map.ReadShare("min_achieved_rate", verdict.min_achieved_rate_share);
  map.RejectUnknownKeys();
}

// How a case ends: after so many requests, or after so long. Either replaces the other of a level
// above.
void ReadEnd(MapReader& map, CaseSpec& spec) {
  if (map.Has("requests") && map.Has("duration")) {
    map.Report("duration",
               "duration and requests are both given: expected one of them (a case ends after so "
               "long, or after so many requests)");
  } else if (map.Has("requests")) {
    spec.duration_ns = 0;
  }
  map.ReadInt("requests", kRequestsRange, spec.requests);
  map.ReadDuration("duration", kDurationRange, spec.duration_ns);
  map.ReadDuration("grace", kGraceRange, spec.grace_ns);
}

void ReadGates(const YamlNode& node, std::vector<Gate>& gates, MapReader& map) {
  if (!node.IsSequence()) {
    return map.Complain("gates", node, "a list such as [\"error_rate <= 1%\"], or [] for none");
  }
  gates.clear();
  for (const YamlNode& item : node.items) {
    if (item.IsBroken()) continue;
    if (!item.IsScalar()) {
      map.Complain("gates", item, "a text such as 'ttft_s.p99 < 500ms'");
      continue;
    }
    absl::StatusOr<Gate> gate = ParseGate(item.scalar);
    if (gate.ok()) {
      gates.push_back(*std::move(gate));
    } else {
      map.diagnostics().Add(item.mark,
                            StrCat("gate ", Describe(item), ": ", gate.status().message()));
    }
  }
}

void ReadCounting(MapReader& map, CaseSpec& spec) {
  std::vector<std::pair<std::string_view, TokenRule>> rules;
  for (const TokenRule rule : {TokenRule::kAuto, TokenRule::kUsage, TokenRule::kTokenizer}) {
    rules.emplace_back(TokenRuleName(rule), rule);
  }
  map.ReadChoice("token_source", rules, spec.token_source);
  map.ReadBool("verify_usage", spec.verify_usage);
}

}  // namespace

void ReadSettings(MapReader& map, CaseSpec& spec) {
  Diagnostics& diagnostics = map.diagnostics();
  ReadEnd(map, spec);
  map.ReadInt("warmup", kWarmupRange, spec.warmup);
  if (const YamlNode* node = map.Find("sampling")) ReadSampling(*node, spec.sampling, diagnostics);
  if (const YamlNode* node = map.Find("timeouts")) ReadTimeouts(*node, spec.timeouts, diagnostics);
  if (const YamlNode* node = map.Find("limits")) ReadLimits(*node, spec, diagnostics);
  ReadCounting(map, spec);
  map.ReadBool("keep_answers", spec.keep_answers);
  if (const YamlNode* node = map.Find("gates")) ReadGates(*node, spec.gates, map);
  if (const YamlNode* node = map.Find("verdict")) ReadVerdict(*node, spec.verdict, diagnostics);
}

}  // namespace monsoon
