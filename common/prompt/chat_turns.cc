#include "common/prompt/chat_turns.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using Json = nlohmann::json;

absl::Status NotMessages(std::string_view what) {
  return absl::InvalidArgumentError(
      StrCat("the item's messages cannot be made a raw prompt: ", what));
}

absl::StatusOr<std::string> TextOf(const Json& content) {
  if (content.is_null()) return std::string();
  if (content.is_string()) return content.get<std::string>();
  if (!content.is_array()) return NotMessages("a content is neither text nor a list");
  std::string text;
  for (const Json& part : content) {
    const bool has_text = part.is_object() && part.contains("text") && part["text"].is_string();
    if (!has_text) return NotMessages("a part of a content is no text");
    text += part["text"].get_ref<const std::string&>();
  }
  return text;
}

absl::StatusOr<ChatTurn> TurnOf(const Json& message) {
  if (!message.is_object() || !message.contains("role") || !message["role"].is_string()) {
    return NotMessages("a message has no role");
  }
  ASSIGN_OR_RETURN(std::string text,
                   TextOf(message.contains("content") ? message["content"] : Json()));
  return ChatTurn{message["role"].get<std::string>(), std::move(text)};
}

absl::StatusOr<std::vector<ChatTurn>> TurnsOfMessages(const std::string& content) {
  const Json messages = Json::parse(content, nullptr, /*allow_exceptions=*/false);
  if (!messages.is_array() || messages.empty()) return NotMessages("they are no list of messages");
  std::vector<ChatTurn> turns;
  for (const Json& message : messages) {
    ASSIGN_OR_RETURN(ChatTurn turn, TurnOf(message));
    turns.push_back(std::move(turn));
  }
  return turns;
}

}  // namespace

absl::StatusOr<std::vector<ChatTurn>> TurnsOf(const Item& item, std::string_view system_prompt) {
  std::vector<ChatTurn> turns;
  if (item.kind == ItemKind::kPrompt) {
    turns.push_back({"user", item.content});
  } else if (item.kind == ItemKind::kMessages) {
    ASSIGN_OR_RETURN(turns, TurnsOfMessages(item.content));
  } else {
    return absl::InvalidArgumentError(
        "the item is neither a prompt nor chat messages, so it cannot be made a raw prompt");
  }
  const bool has_system = std::any_of(turns.begin(), turns.end(),
                                      [](const ChatTurn& turn) { return turn.role == "system"; });
  if (!system_prompt.empty() && !has_system) {
    turns.insert(turns.begin(), {"system", std::string(system_prompt)});
  }
  return turns;
}

}  // namespace monsoon
