#include "agent/core/engine/dialect/openai_chat.h"

#include "agent/core/engine/dialect/chat_payload.h"
#include "agent/core/engine/utf8.h"
#include "common/base/str_cat.h"

namespace monsoon {

absl::StatusOr<RequestJson> OpenAiChat::FromItem(const Item& item,
                                                 std::string_view cache_bust_prefix) const {
  RequestJson body = RequestJson::object();
  body["model"] = model();
  switch (item.kind) {
    case ItemKind::kPrompt:
      body["messages"] = RequestJson::array({{{"role", "user"}, {"content", item.content}}});
      break;
    case ItemKind::kMessages: {
      ASSIGN_OR_RETURN(body["messages"], ParseItem(item.content, RequestJson::value_t::array,
                                                   "a JSON array of chat messages"));
      break;
    }
    case ItemKind::kBody: {
      ASSIGN_OR_RETURN(body, ParseItem(item.content, RequestJson::value_t::object,
                                       "a JSON object, the body of a chat completions request"));
      break;
    }
    default:
      return WrongItem(item, "chats");
  }
  if (!body.contains("messages") || !body["messages"].is_array() || body["messages"].empty()) {
    return absl::InvalidArgumentError(
        StrCat("the item has no messages, which a chat completions request needs: ",
               Excerpt(item.content)));
  }
  AddSystemMessage(system_prompt(), body["messages"]);
  if (!cache_bust_prefix.empty()) {
    RETURN_IF_ERROR(PrefixMessages(cache_bust_prefix, body["messages"]));
  }
  return body;
}

void OpenAiChat::ApplyMeasurement(RequestJson& body) const {
  body["model"] = model();
  if (stream()) {
    body["stream"] = true;
  } else {
    body.erase("stream");
  }
  if (stream() && route().usage_option) {
    body["stream_options"] = {{"include_usage", true}};
  } else {
    body.erase("stream_options");
  }
}

std::unique_ptr<PayloadReader> OpenAiChat::NewReader(JsonEvent* event) const {
  return std::make_unique<ChatPayload>(event);
}

}  // namespace monsoon
