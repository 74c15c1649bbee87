// --query-template: the body of a request, or what of it a scenario says in other words.
#include <array>
#include <utility>

#include "absl/strings/match.h"

#include "common/base/str_cat.h"
#include "controller/core/evalscope/parts.h"

namespace monsoon {
namespace {

using Json = nlohmann::ordered_json;

// Members that EvalScope fills in from the dataset and the flags, whatever the template says.
constexpr std::array<std::string_view, 5> kFilledIn = {"model", "messages", "prompt", "input",
                                                       "stream_options"};
// Members that `sampling` has under the same name, for type openai too.
constexpr std::array<std::string_view, 8> kSampling = {
    "stream", "max_tokens", "temperature",       "top_p",
    "seed",   "stop",       "frequency_penalty", "presence_penalty"};

template <size_t N>
bool Contains(const std::array<std::string_view, N>& names, std::string_view name) {
  for (const std::string_view each : names) {
    if (each == name) return true;
  }
  return false;
}

// The template's messages are more than the place of the prompt.
bool HasOwnMessages(const Json& body) {
  const auto messages = body.find("messages");
  if (messages == body.end() || !messages->is_array() || messages->empty()) return false;
  if (messages->size() > 1) return true;
  const Json& first = messages->front();
  return !first.is_object() || first.value("content", Json()) != Json("%p");
}

}  // namespace

bool IsTritonUrl(std::string_view url) {
  return absl::StrContains(ToAbsl(url), "/v2/models/") &&
         absl::StrContains(ToAbsl(url), "/generate");
}

bool IsCustomEngine(const EvalscopeCommand& command) {
  if (command.Value("--api") == "custom") return true;
  return command.Has("--query-template") && IsTritonUrl(command.Value("--url").value_or(""));
}

TemplateParts TakeTemplate(bool custom, ScenarioDraft& draft) {
  TemplateParts parts;
  const std::optional<std::string> text = draft.TextOrFile("--query-template");
  if (!text) return parts;
  Json body = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) {
    draft.Problem(
        "--query-template is no JSON object: expected the body of a request, such as "
        "'{\"text_input\": \"%p\", \"max_tokens\": 512}'");
    return parts;
  }
  if (custom) {
    // One line, as it was written where it was one.
    parts.custom = text->find('\n') == std::string::npos ? *text : body.dump();
    return parts;
  }
  if (HasOwnMessages(body)) {
    draft.Note(
        "--query-template: its messages; EvalScope puts those of the dataset in their place. "
        "Lines of a `messages` dataset can hold a system message");
  }
  for (const auto& [name, value] : body.items()) {
    if (Contains(kFilledIn, name)) continue;
    (Contains(kSampling, name) ? parts.sampling : parts.extra)[name] = value;
  }
  return parts;
}

}  // namespace monsoon
