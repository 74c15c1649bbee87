#include "agent/core/engine/dialect/openai_responses.h"

#include <algorithm>

#include "agent/core/engine/dialect/responses_payload.h"
#include "agent/core/engine/utf8.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

bool HasRole(const RequestJson& message, std::string_view role) {
  return message.is_object() && message.value("role", RequestJson()) == role;
}

// A chat message's parts {"type": "text"} and {"type": "image_url"} under this route's names.
void RenameParts(RequestJson& message) {
  if (!message.is_object() || !message.contains("content")) return;
  RequestJson& content = message["content"];
  if (!content.is_array()) return;
  const char* const text_type = HasRole(message, "assistant") ? "output_text" : "input_text";
  for (RequestJson& part : content) {
    if (!part.is_object()) continue;
    const RequestJson type = part.value("type", RequestJson());
    if (type == "text") part["type"] = text_type;
    if (type != "image_url") continue;
    part["type"] = "input_image";
    RequestJson& image = part["image_url"];
    if (image.is_object() && image.contains("url")) image = RequestJson(image["url"]);
  }
}

}  // namespace

absl::StatusOr<RequestJson> OpenAiResponses::FromItem(const Item& item,
                                                      std::string_view cache_bust_prefix) const {
  RequestJson body = RequestJson::object();
  body["model"] = model();
  switch (item.kind) {
    case ItemKind::kPrompt:
      body["input"] = item.content;
      break;
    case ItemKind::kMessages: {
      ASSIGN_OR_RETURN(body["input"], ParseItem(item.content, RequestJson::value_t::array,
                                                "a JSON array of chat messages"));
      for (RequestJson& message : body["input"]) RenameParts(message);
      break;
    }
    case ItemKind::kBody: {
      ASSIGN_OR_RETURN(body, ParseItem(item.content, RequestJson::value_t::object,
                                       "a JSON object, the body of a Responses request"));
      break;
    }
    default:
      return WrongItem(item, "chats");
  }
  if (!HasTextOrList(body, "input")) {
    return absl::InvalidArgumentError(
        StrCat("the item has no input, which a Responses request needs: ", Excerpt(item.content)));
  }
  if (!cache_bust_prefix.empty()) {
    RequestJson& input = body["input"];
    if (input.is_string()) {
      PrefixContent(cache_bust_prefix, input);
    } else {
      RETURN_IF_ERROR(PrefixMessages(cache_bust_prefix, input));
    }
  }
  AddInstructions(body);
  if (!body.contains("store")) body["store"] = false;
  return body;
}

void OpenAiResponses::AddInstructions(RequestJson& body) const {
  if (system_prompt().empty() || body.contains("instructions")) return;
  const RequestJson& input = body["input"];
  const bool has_one =
      input.is_array() && std::any_of(input.begin(), input.end(), [](const RequestJson& message) {
        return HasRole(message, "system") || HasRole(message, "developer");
      });
  if (!has_one) body["instructions"] = system_prompt();
}

void OpenAiResponses::ApplyMeasurement(RequestJson& body) const {
  body["model"] = model();
  if (stream()) {
    body["stream"] = true;
  } else {
    body.erase("stream");
  }
}

std::unique_ptr<PayloadReader> OpenAiResponses::NewReader(JsonEvent* event) const {
  return std::make_unique<ResponsesPayload>(event);
}

}  // namespace monsoon
