#include "controller/core/tokens/item_text.h"

#include <array>

#include <nlohmann/json.hpp>

#include "common/base/status_macros.h"
#include "common/prompt/chat_turns.h"

namespace monsoon {
namespace {

using Json = nlohmann::json;

// Members of a request body that hold prompts, over all routes.
constexpr std::array<std::string_view, 10> kPromptMembers = {
    "system", "instructions", "messages", "prompt",    "inputs",
    "input",  "text_input",   "query",    "documents", "text"};

// Texts and token ids, however deep in lists; of messages and their parts, what is to be read.
void Collect(const Json& json, ItemText& out) {
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

void CollectBody(const Json& body, ItemText& out) {
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

absl::Status CollectJson(const std::string& content, ItemText& out) {
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

}  // namespace

absl::StatusOr<ItemText> ItemTextOf(const Item& item, std::string_view system_prompt) {
  ItemText out;
  const absl::StatusOr<std::vector<ChatTurn>> turns = TurnsOf(item, system_prompt);
  if (turns.ok()) {
    for (const ChatTurn& turn : *turns) out.texts.push_back(turn.text);
    return out;
  }
  // No chat, or one with images, whose texts count nevertheless.
  RETURN_IF_ERROR(CollectJson(item.content, out));
  return out;
}

}  // namespace monsoon
