// OpenAiChat: the adapter of every engine with OpenAI's chat completions route. They differ in the
// names of parameters (the engine table); how an answer is read is in chat_payload.h and
// framed_decoder.h.
//
// An item is a prompt (one user message), messages as they are, or a whole body. The case's system
// prompt goes before them unless they have one. When streaming, "stream": true and
// "stream_options":
// {"include_usage": true} are sent; without, neither is, as some servers reject them.
//
// The cache-bust prefix goes before the first text of the first message that has one (a string, or
// the first text part of a content list).
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "agent/core/engine/request/json_adapter.h"

namespace monsoon {

class OpenAiChat : public JsonAdapter {
 protected:
  absl::StatusOr<RequestJson> FromItem(const Item& item,
                                       std::string_view cache_bust_prefix) const override;
  void ApplyMeasurement(RequestJson& body) const override;
  std::unique_ptr<PayloadReader> NewReader(JsonEvent* event) const override;
};

}  // namespace monsoon
