#include "agent/core/engine/openai_chat.h"

#include <algorithm>
#include <utility>

#include "agent/core/engine/chat_payload.h"
#include "agent/core/engine/decoder_scratch.h"
#include "agent/core/engine/framed_decoder.h"
#include "agent/core/engine/request_headers.h"
#include "agent/core/engine/utf8.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/model/engine_type.h"

namespace monsoon {
namespace {

using Json = nlohmann::ordered_json;

// An engine that lacks the parameter has no name for it.
template <typename T>
void Put(std::string_view name, const std::optional<T>& value, Json& out) {
  if (value.has_value() && !name.empty()) out[std::string(name)] = *value;
}

Json SamplingMembers(const OpenAiDialect& dialect, const Sampling& sampling) {
  Json out = Json::object();
  Put("max_tokens", sampling.max_tokens, out);
  Put("temperature", sampling.temperature, out);
  Put("top_p", sampling.top_p, out);
  Put("frequency_penalty", sampling.frequency_penalty, out);
  Put("presence_penalty", sampling.presence_penalty, out);
  Put("seed", sampling.seed, out);
  if (!sampling.stop.empty()) out["stop"] = sampling.stop;
  Put(dialect.min_tokens, sampling.min_tokens, out);
  Put(dialect.ignore_eos, sampling.ignore_eos, out);
  Put(dialect.top_k, sampling.top_k, out);
  Put(dialect.repetition_penalty, sampling.repetition_penalty, out);
  return out;
}

absl::StatusOr<Json> ParseExtraBody(const std::string& text) {
  if (text.empty()) return Json::object();
  Json extra = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!extra.is_object()) {
    return absl::InvalidArgumentError(
        StrCat("engine.extra_body must be a JSON object, not: ", Excerpt(text)));
  }
  if (extra.contains("stream")) {
    return absl::InvalidArgumentError(
        "engine.extra_body may not set \"stream\": the scenario's own `stream` says it");
  }
  return extra;
}

absl::StatusOr<Json> ParseItem(std::string_view content, Json::value_t wanted,
                               std::string_view description) {
  Json json = Json::parse(content, nullptr, /*allow_exceptions=*/false);
  if (json.type() != wanted) {
    return absl::InvalidArgumentError(
        StrCat("the item must be ", description, ", not: ", Excerpt(content)));
  }
  return json;
}

// Puts `prefix` before the text of `content`; false when it has none.
bool PrefixContent(std::string_view prefix, Json& content) {
  if (content.is_string()) {
    auto& text = content.get_ref<std::string&>();
    text.insert(0, prefix);
    return true;
  }
  if (!content.is_array()) return false;
  return std::any_of(content.begin(), content.end(), [prefix](Json& part) {
    return part.is_object() && part.contains("text") && part["text"].is_string() &&
           PrefixContent(prefix, part["text"]);
  });
}

absl::Status PrefixMessages(std::string_view prefix, Json& body) {
  Json& messages = body["messages"];
  const bool done = std::any_of(messages.begin(), messages.end(), [prefix](Json& message) {
    return message.is_object() && message.contains("content") &&
           PrefixContent(prefix, message["content"]);
  });
  if (done) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "cache_bust is on, but the item has no message with text to put the prefix before; switch it "
      "off or repair the dataset");
}

}  // namespace

absl::StatusOr<std::unique_ptr<EngineAdapter>> OpenAiChat::Create(const OpenAiDialect& dialect,
                                                                  const AgentCase& agent_case) {
  std::unique_ptr<OpenAiChat> adapter(new OpenAiChat);
  adapter->model_ = agent_case.model;
  adapter->stream_ = agent_case.sampling.stream;
  adapter->max_event_bytes_ = static_cast<size_t>(agent_case.max_event_bytes);
  RETURN_IF_ERROR(CheckSampling(dialect.type, agent_case.sampling));
  adapter->sampling_ = SamplingMembers(dialect, agent_case.sampling);
  ASSIGN_OR_RETURN(adapter->extra_body_, ParseExtraBody(agent_case.engine.extra_body_json));
  ASSIGN_OR_RETURN(adapter->headers_, BearerHeaders(agent_case.engine, adapter->stream_));
  return std::unique_ptr<EngineAdapter>(std::move(adapter));
}

absl::StatusOr<std::string> OpenAiChat::BuildBody(const Item& item,
                                                  std::string_view cache_bust_prefix) const {
  ASSIGN_OR_RETURN(Json body, FromItem(item));
  if (!body.contains("messages") || !body["messages"].is_array() || body["messages"].empty()) {
    return absl::InvalidArgumentError(
        StrCat("the item has no messages, which a chat completions request needs: ",
               Excerpt(item.content)));
  }
  if (!cache_bust_prefix.empty()) RETURN_IF_ERROR(PrefixMessages(cache_bust_prefix, body));
  ApplyMeasurement(body);
  if (!extra_body_.empty()) body.merge_patch(extra_body_);
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<OpenAiChat::Json> OpenAiChat::FromItem(const Item& item) const {
  Json body = Json::object();
  body["model"] = model_;
  switch (item.kind) {
    case ItemKind::kPrompt:
      body["messages"] = Json::array({{{"role", "user"}, {"content", item.content}}});
      break;
    case ItemKind::kMessages: {
      ASSIGN_OR_RETURN(body["messages"], ParseItem(item.content, Json::value_t::array,
                                                   "a JSON array of chat messages"));
      break;
    }
    case ItemKind::kBody: {
      ASSIGN_OR_RETURN(body, ParseItem(item.content, Json::value_t::object,
                                       "a JSON object, the body of a chat completions request"));
      break;
    }
    case ItemKind::kTexts:
    case ItemKind::kRerank:
      return absl::InvalidArgumentError(
          StrCat("the item is the input of an embeddings or rerank request, and this route takes "
                 "chats: ",
                 Excerpt(item.content)));
  }
  for (const auto& [name, value] : sampling_.items()) {
    if (name == "max_tokens" && body.contains("max_completion_tokens")) continue;
    if (!body.contains(name)) body[name] = value;
  }
  return body;
}

void OpenAiChat::ApplyMeasurement(Json& body) const {
  body["model"] = model_;
  if (stream_) {
    body["stream"] = true;
    body["stream_options"] = {{"include_usage", true}};
  } else {
    body.erase("stream");
    body.erase("stream_options");
  }
}

std::unique_ptr<ResponseDecoder> OpenAiChat::NewDecoder(DecoderScratch* scratch) const {
  return std::make_unique<FramedDecoder>(std::make_unique<ChatPayload>(&scratch->json),
                                         max_event_bytes_);
}

}  // namespace monsoon
