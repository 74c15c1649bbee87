#include "agent/core/engine/dialect/openai_chat.h"

#include "agent/core/engine/dialect/chat_payload.h"
#include "common/base/status_macros.h"

namespace monsoon {

absl::StatusOr<RequestJson> OpenAiChat::FromItem(const Item& item,
                                                 std::string_view cache_bust_prefix) const {
  const RequestJson::json_pointer place("/messages");
  ASSIGN_OR_RETURN(RequestJson body, ChatBody(item, model(), place, "a chat completions request"));
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
