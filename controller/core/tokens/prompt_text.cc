#include "controller/core/tokens/prompt_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/model/engine_type.h"
#include "common/prompt/chat_turns.h"
#include "common/prompt/prompt_template.h"

namespace monsoon {
namespace {

using Json = nlohmann::json;

// Members of a request body that hold prompts, over all routes.
constexpr std::array<std::string_view, 10> kPromptMembers = {
    "system", "instructions", "messages", "prompt",    "inputs",
    "input",  "text_input",   "query",    "documents", "text"};

// Texts and token ids, however deep in lists; of messages and their parts, what is to be read.
void Collect(const Json& json, PromptText& out) {
  if (json.is_string()) {
    out.texts.push_back(json.get<std::string>());
  } else if (json.is_number_integer()) {
    ++out.listed_tokens;
  } else if (json.is_array()) {
    for (const Json& element : json) Collect(element, out);
  } else if (json.is_object()) {
    for (const char* const member : {"content", "text"}) {
      if (json.contains(member) && !json[member].is_number()) Collect(json[member], out);
    }
  }
}

void CollectBody(const Json& body, PromptText& out) {
  for (const std::string_view member : kPromptMembers) {
    const auto found = body.find(member);
    if (found == body.end()) continue;
    if (member == "input" && found->is_object()) {
      CollectBody(*found, out);  // DashScope: {"input": {"messages": ...}}
    } else {
      Collect(*found, out);
    }
  }
}

// Whether the prompt is put together here.
bool IsRendered(const EngineSpec& engine) {
  const EngineRoute* const route = FindEngineRoute(engine.type, engine.route);
  return route != nullptr && TakesRawPrompt(route->dialect);
}

absl::Status CollectJson(const std::string& content, PromptText& out) {
  const Json json = Json::parse(content, nullptr, /*allow_exceptions=*/false);
  if (json.is_object()) {
    CollectBody(json, out);
  } else if (json.is_array()) {
    Collect(json, out);
  } else {
    return absl::InvalidArgumentError("the item is neither a JSON array nor a JSON object");
  }
  return absl::OkStatus();
}

// An item with images has no turns of text alone; its texts count nevertheless.
absl::Status CollectTurns(const Item& item, const EngineSpec& engine, PromptText& out) {
  const absl::StatusOr<std::vector<ChatTurn>> turns = TurnsOf(item, engine.system_prompt);
  if (!turns.ok()) return CollectJson(item.content, out);
  for (const ChatTurn& turn : *turns) out.texts.push_back(turn.text);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PromptText> PromptTextOf(const Item& item, const EngineSpec& engine,
                                        std::string_view cache_bust_prefix) {
  PromptText out;
  const bool is_chat = item.kind == ItemKind::kPrompt || item.kind == ItemKind::kMessages;
  if (is_chat && IsRendered(engine)) {
    ASSIGN_OR_RETURN(std::string text, RenderPrompt(engine.prompt_template, engine.system_prompt,
                                                    item, cache_bust_prefix));
    out.texts.push_back(std::move(text));
    return out;
  }
  RETURN_IF_ERROR(is_chat ? CollectTurns(item, engine, out) : CollectJson(item.content, out));
  const auto first = std::find_if(out.texts.begin(), out.texts.end(),
                                  [](const std::string& text) { return !text.empty(); });
  if (first != out.texts.end()) first->insert(0, cache_bust_prefix);
  return out;
}

std::string PromptShape(const EngineSpec& engine) {
  if (!IsRendered(engine)) return StrCat("chat\n", engine.system_prompt);
  return StrCat("raw\n", engine.prompt_template.size(), " ", engine.prompt_template,
                engine.system_prompt);
}

}  // namespace monsoon
