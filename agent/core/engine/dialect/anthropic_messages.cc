#include "agent/core/engine/dialect/anthropic_messages.h"

#include <algorithm>

#include "agent/core/engine/dialect/messages_payload.h"
#include "agent/core/engine/utf8.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

bool IsSystem(const RequestJson& message) {
  if (!message.is_object()) return false;
  const RequestJson role = message.value("role", RequestJson());
  return role == "system" || role == "developer";
}

// Moves the system messages of body["messages"] to body["system"]: a text, or blocks where one of
// them has parts.
void MoveSystem(RequestJson& body) {
  RequestJson& messages = body["messages"];
  RequestJson blocks = RequestJson::array();
  bool any_parts = false;
  std::string text;
  for (const RequestJson& message : messages) {
    if (!IsSystem(message) || !message.contains("content")) continue;
    const RequestJson& content = message["content"];
    if (content.is_string()) {
      const auto& said = content.get_ref<const std::string&>();
      text += StrCat(text.empty() ? "" : "\n\n", said);
      blocks.push_back(RequestJson{{"type", "text"}, {"text", said}});
    } else if (content.is_array()) {
      any_parts = true;
      for (const RequestJson& part : content) blocks.push_back(part);
    }
  }
  messages.erase(std::remove_if(messages.begin(), messages.end(), IsSystem), messages.end());
  if (any_parts) {
    body["system"] = blocks;
  } else if (!text.empty()) {
    body["system"] = text;
  }
}

}  // namespace

absl::Status AnthropicMessages::Configure(const AgentCase& agent_case) {
  ASSIGN_OR_RETURN(const RequestJson extra,
                   ParseExtraBody(agent_case.engine.extra_body_json, stream_member()));
  if (sampling().max_tokens.has_value() || extra.contains("max_tokens")) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "the Messages route requires max_tokens; set sampling.max_tokens (a request body's own still "
      "wins)");
}

absl::StatusOr<RequestJson> AnthropicMessages::FromItem(const Item& item,
                                                        std::string_view cache_bust_prefix) const {
  const RequestJson::json_pointer place("/messages");
  ASSIGN_OR_RETURN(RequestJson body, ChatBody(item, model(), place, "a Messages request"));
  if (item.kind == ItemKind::kMessages) MoveSystem(body);
  if (body["messages"].empty()) {
    return absl::InvalidArgumentError(
        StrCat("the item has no messages of user or assistant, which a Messages request needs: ",
               Excerpt(item.content)));
  }
  if (!system_prompt().empty() && !body.contains("system")) body["system"] = system_prompt();
  if (cache_bust_prefix.empty()) return body;
  const auto system = body.find("system");
  if (system != body.end() && PrefixContent(cache_bust_prefix, *system)) return body;
  RETURN_IF_ERROR(PrefixMessages(cache_bust_prefix, body["messages"]));
  return body;
}

void AnthropicMessages::ApplyMeasurement(RequestJson& body) const {
  body["model"] = model();
  if (stream()) {
    body["stream"] = true;
  } else {
    body.erase("stream");
  }
}

std::unique_ptr<PayloadReader> AnthropicMessages::NewReader(JsonEvent* event) const {
  return std::make_unique<MessagesPayload>(event);
}

monsoon::Headers AnthropicMessages::OwnHeaders() const {
  return {{"anthropic-version", "2023-06-01"}};
}

}  // namespace monsoon
