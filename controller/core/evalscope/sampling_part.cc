// Sampling parameters and timeouts.
#include <algorithm>
#include <array>

#include "absl/strings/str_join.h"

#include "common/base/str_cat.h"
#include "controller/core/evalscope/parts.h"

namespace monsoon {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kMaxTokens = 1'000'000'000;
constexpr int64_t kEvalscopeMaxTokens = 2048;
constexpr double kMaxTimeoutS = 7.0 * 24 * 3600;

// One line of `sampling:`; an empty value is none.
struct Line {
  std::string key;
  std::string value;
  std::string from;
};

// The flag where it is given, else the template's member, else `otherwise`.
class SamplingLines {
 public:
  SamplingLines(const TemplateParts& parts, ScenarioDraft& draft) : parts_(parts), draft_(draft) {}

  void Add(std::string_view key, std::string_view flag, const std::string& flag_value,
           const Line& otherwise) {
    if (!flag_value.empty()) {
      lines_.push_back({std::string(key), flag_value, std::string(flag)});
    } else if (parts_.sampling.contains(std::string(key))) {
      lines_.push_back({std::string(key), YamlOfJson(parts_.sampling[std::string(key)].dump()),
                        "--query-template"});
    } else if (!otherwise.value.empty()) {
      lines_.push_back({std::string(key), otherwise.value, otherwise.from});
    }
  }

  void Write() {
    if (lines_.empty()) return;
    draft_.yaml.Add(0, "sampling", "");
    for (const Line& line : lines_) draft_.yaml.Add(2, line.key, line.value, line.from);
  }

 private:
  const TemplateParts& parts_;
  ScenarioDraft& draft_;
  std::vector<Line> lines_;
};

std::string Text(const std::optional<double>& value) { return value ? NumberText(*value) : ""; }
std::string Text(const std::optional<int64_t>& value) { return value ? StrCat(*value) : ""; }

std::string StreamText(const EvalscopeCommand& command) {
  if (command.Has("--no-stream")) return "false";
  return command.Has("--stream") ? "true" : "";
}

// The largest answer; those of MIN MAX are in the dataset.
std::string MaxTokensText(ScenarioDraft& draft) {
  const std::vector<int64_t> tokens = draft.Ints("--max-tokens", 1, kMaxTokens);
  if (tokens.size() > 2)
    draft.Problem("--max-tokens has more than two values: expected N, or MIN MAX");
  return tokens.empty() ? "" : StrCat(*std::max_element(tokens.begin(), tokens.end()));
}

std::string StopText(const EvalscopeCommand& command) {
  std::vector<std::string> stop;
  for (const std::string& text : command.Values("--stop")) stop.push_back(YamlWord(text));
  return stop.empty() ? "" : YamlFlowList(stop);
}

// Flags that say how text is generated.
constexpr std::array<const char*, 12> kFlags = {"--max-tokens",     "--min-tokens",
                                                "--temperature",    "--top-p",
                                                "--top-k",          "--seed",
                                                "--stop",           "--frequency-penalty",
                                                "--n-choices",      "--repetition-penalty",
                                                "--stop-token-ids", "--logprobs"};

// Nothing is generated: what the command says about it is named, and defaults say nothing.
void NoteSampling(const TemplateParts& parts, ScenarioDraft& draft) {
  constexpr std::string_view kWhy =
      ": embeddings and rerank generate no text, and are not streamed";
  const auto note = [&](std::string_view flag) {
    if (draft.command().Has(flag)) draft.Note(StrCat(flag, kWhy));
  };
  note("--stream");
  note("--no-stream");
  for (const char* const flag : kFlags) note(flag);
  for (const auto& [name, value] : parts.sampling.items()) {
    draft.Note(StrCat("--query-template ", name, kWhy));
  }
}

// Of a whole body of the user's own, only whether it is streamed.
void AddCustomSampling(const EngineChoice& choice, ScenarioDraft& draft) {
  if (choice.url.ends_with("/generate")) {
    draft.yaml.Add(0, "sampling", "{stream: false}", "by its URL");
  }
  const auto note = [&draft](std::string_view flag) {
    if (!draft.command().Has(flag)) return;
    draft.Note(StrCat(flag, ": the template is the whole body; write it there"));
  };
  for (const char* const flag : kFlags) note(flag);
  note("--extra-args");
}

}  // namespace

void AddSampling(const EngineChoice& choice, const TemplateParts& parts, ScenarioDraft& draft) {
  if (choice.type == "custom") return AddCustomSampling(choice, draft);
  const EvalscopeCommand& command = draft.command();
  if (GeneratesNoText(command)) return NoteSampling(parts, draft);
  const bool is_new = command.is_new;
  const Line engines_own = {"", "null", "llmuses sends none: the engine's default holds"};
  const bool other_limit = parts.extra.contains("max_completion_tokens");
  SamplingLines lines(parts, draft);
  lines.Add("stream", command.Has("--no-stream") ? "--no-stream" : "--stream", StreamText(command),
            is_new ? Line() : Line{"", "false", "llmuses streams only with --stream"});
  lines.Add("max_tokens", "--max-tokens", MaxTokensText(draft),
            other_limit ? Line{"", "null", "max_completion_tokens says it"}
            : is_new    ? Line{"", StrCat(kEvalscopeMaxTokens), "evalscope perf's default"}
                        : engines_own);
  lines.Add("temperature", "--temperature", Text(draft.Number("--temperature", 0, 2)),
            is_new ? Line() : engines_own);
  lines.Add("top_p", "--top-p", Text(draft.Number("--top-p", 0, 1)), {});
  if (!choice.takes_members()) {
    lines.Add("min_tokens", "--min-tokens", Text(draft.Int("--min-tokens", 0, kMaxTokens)), {});
    lines.Add("top_k", "--top-k", Text(draft.Int("--top-k", -1, kMaxTokens)), {});
    lines.Add("repetition_penalty", "--repetition-penalty",
              Text(draft.Number("--repetition-penalty", 0, 10)), {});
  }
  lines.Add("frequency_penalty", "--frequency-penalty",
            Text(draft.Number("--frequency-penalty", -2, 2)), {});
  lines.Add("presence_penalty", "", "", {});
  lines.Add("seed", "--seed", Text(draft.Int("--seed", 0)), {});
  lines.Add("stop", "--stop", StopText(command), {});
  lines.Write();
}

void AddTimeouts(ScenarioDraft& draft) {
  const auto seconds = [&draft](std::string_view flag) {
    const std::optional<double> value = draft.Number(flag, 0.001, kMaxTimeoutS);
    return value ? StrCat(NumberText(*value), "s") : "";
  };
  const std::string connect = seconds("--connect-timeout");
  const std::string read = seconds("--read-timeout");
  const std::string total = seconds("--total-timeout");
  if (connect.empty() && read.empty() && total.empty()) return;
  draft.yaml.Add(0, "timeouts", "");
  if (!connect.empty()) draft.yaml.Add(2, "connect", connect, "--connect-timeout");
  if (!read.empty()) {
    draft.yaml.Add(2, "first_token", read, "--read-timeout: between two reads, the first included");
    draft.yaml.Add(2, "idle", read, "--read-timeout");
  }
  if (!total.empty()) draft.yaml.Add(2, "total", total, "--total-timeout");
}

}  // namespace monsoon
