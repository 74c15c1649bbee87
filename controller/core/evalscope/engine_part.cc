// The engine: type, URL, key, headers, and the body beyond sampling parameters.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

#include "common/base/str_cat.h"
#include "controller/core/evalscope/parts.h"
#include "controller/core/scenario/checks.h"
#include "controller/core/scenario/engine_url.h"

namespace monsoon {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kMaxTokens = 1'000'000'000;

std::string KeyVariable(const EngineChoice& choice) {
  if (absl::StrContains(choice.url, "dashscope")) return "DASHSCOPE_API_KEY";
  if (absl::StrContains(choice.url, "api.openai.com")) return "OPENAI_API_KEY";
  return "LLM_API_KEY";
}

// What people write where a server wants no key.
bool IsNoKey(std::string_view key) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(key));
  return lower.empty() || lower == "empty" || lower == "none" || lower == "null" ||
         lower == "token-abc123";
}

// The header of --headers that carries a bearer token.
std::string BearerKey(const std::vector<std::string>& headers) {
  for (const std::string& header : headers) {
    const size_t equals = std::min(header.find('='), header.size());
    if (!absl::EqualsIgnoreCase(header.substr(0, equals), "authorization")) continue;
    std::string value = header.substr(std::min(equals + 1, header.size()));
    if (absl::StartsWithIgnoreCase(value, "bearer ")) value = value.substr(7);
    return value;
  }
  return "";
}

void AddKey(const EngineChoice& choice, ScenarioDraft& draft) {
  const EvalscopeCommand& command = draft.command();
  const std::string in_header = BearerKey(command.Values("--headers"));
  const std::string key = command.Value("--api-key").value_or(in_header);
  if (IsNoKey(key)) {
    if (command.Has("--api-key")) {
      draft.Note("--api-key: no key, as it seems; the engine is sent none");
    }
    return;
  }
  const std::string variable = KeyVariable(choice);
  draft.yaml.Add(2, "api_key_env", variable,
                 StrCat(command.Has("--api-key") ? "--api-key" : "--headers Authorization",
                        ", not shown: export ", variable, "=..."));
}

void AddHeaders(ScenarioDraft& draft) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const std::string& header : draft.command().Values("--headers")) {
    const size_t equals = header.find('=');
    const std::string name = header.substr(0, equals);
    if (equals == std::string::npos) {
      draft.Problem("--headers has a value without '=' (not shown): expected NAME=VALUE");
    } else if (absl::EqualsIgnoreCase(name, "authorization")) {
      continue;  // AddKey
    } else if (IsSecretName(name)) {
      draft.Note(StrCat("--headers ", name,
                        ": secrets are not written down; name a key with api_key_env, sent as "
                        "`Authorization: Bearer`"));
    } else if (!CheckHeaderName(name).ok() || !CheckHeaderValue(header.substr(equals + 1)).ok()) {
      draft.Note(StrCat("--headers ", name, ": Monsoon sets this header itself, or it is none"));
    } else {
      headers.emplace_back(name, header.substr(equals + 1));
    }
  }
  if (headers.empty()) return;
  draft.yaml.Add(2, "headers", "", "--headers");
  for (const auto& [name, value] : headers) draft.yaml.Add(4, YamlWord(name), YamlWord(value));
}

// Members that EvalScope puts into the body under the same name.
void TakeMembers(ScenarioDraft& draft, Json& extra) {
  const auto put = [&extra](const char* name, const auto& value) {
    if (value) extra[name] = *value;
  };
  put("min_tokens", draft.Int("--min-tokens", 0, kMaxTokens));
  put("top_k", draft.Int("--top-k", -1, kMaxTokens));
  put("repetition_penalty", draft.Number("--repetition-penalty", 0, 10));
  put("n", draft.Int("--n-choices", 1, 1000));
  if (draft.command().Has("--logprobs")) extra["logprobs"] = true;
  const std::vector<int64_t> ids = draft.Ints("--stop-token-ids", 0, kMaxTokens);
  if (!ids.empty()) extra["stop_token_ids"] = ids;
}

void TakeExtraArgs(ScenarioDraft& draft, Json& extra) {
  const std::optional<std::string> text = draft.command().Value("--extra-args");
  if (!text) return;
  Json args = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!args.is_object()) {
    draft.Problem("--extra-args is no JSON object: expected such as '{\"ignore_eos\": true}'");
    return;
  }
  if (GeneratesNoText(draft.command())) args.erase("batch_size");  // AddDataset()
  if (args.erase("stream") > 0) draft.Note("--extra-args stream: `sampling.stream` says it");
  extra.merge_patch(args);
}

void AddExtraBody(const EngineChoice& choice, const TemplateParts& parts, ScenarioDraft& draft) {
  Json extra = parts.extra;
  if (GeneratesNoText(draft.command())) {
    // AddSampling() names them.
  } else if (choice.takes_members()) {
    TakeMembers(draft, extra);
  } else {
    for (const char* const flag : {"--logprobs", "--n-choices", "--stop-token-ids"}) {
      if (!draft.command().Has(flag)) continue;
      draft.Note(StrCat(flag, ": say it in engine.extra_body, as an engine of type ", choice.type,
                        " wants it"));
    }
  }
  TakeExtraArgs(draft, extra);
  if (extra.empty()) return;
  draft.yaml.Add(2, "extra_body", "", "what `sampling` has no word for, sent as it is");
  for (const auto& [name, value] : extra.items()) {
    draft.yaml.Add(4, YamlWord(name), YamlOfJson(value.dump()));
  }
}

// The body is the template, and the answer Triton's (llmuses reads text_output of its custom API).
void AddCustom(const EngineChoice& choice, const TemplateParts& parts, ScenarioDraft& draft) {
  if (parts.custom.empty() && draft.problems().empty()) {
    draft.Problem(
        "--api custom needs --query-template: the body of a request, with %p in the "
        "place of the prompt");
  }
  const bool stream = !choice.url.ends_with("/generate");
  draft.yaml.Add(2, "query_template", YamlQuotedJson(parts.custom), "--query-template, as it is");
  draft.yaml.Add(2, "response", "", "Triton's answer");
  draft.yaml.Add(4, "framing", stream ? "sse" : "json");
  draft.yaml.Add(4, "text", "/text_output");
  draft.yaml.Add(4, "error", "/error");
  if (stream) draft.yaml.Add(4, "done", "eof");
  draft.yaml.Comment(2,
                     "`type: triton` with the same url does it too, with max_tokens and the like "
                     "from `sampling`.");
}

}  // namespace

void AddEngine(const EngineChoice& choice, const TemplateParts& parts, ScenarioDraft& draft) {
  draft.yaml.Add(0, "engine", "");
  const bool custom = choice.type == "custom";
  draft.yaml.Add(2, "type", choice.type, custom ? "one to one" : choice.remark);
  if (custom && IsTritonUrl(choice.url))
    draft.yaml.Add(2, "name", "triton", "the label in reports");
  if (!choice.url_comment.empty()) draft.yaml.Comment(2, choice.url_comment);
  draft.yaml.Add(2, "url", YamlWord(choice.url), choice.url_remark);
  if (!choice.route.empty()) draft.yaml.Add(2, "route", choice.route);
  AddKey(choice, draft);
  AddHeaders(draft);
  if (custom) {
    AddCustom(choice, parts, draft);
  } else {
    AddExtraBody(choice, parts, draft);
  }
}

}  // namespace monsoon
