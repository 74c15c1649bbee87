// OpenAiResponses: the adapter of OpenAI's Responses route, of every engine that has it. The answer
// is read by ResponsesPayload.
//
// An item is a prompt (`input` as one text), chat messages (`input` as a list, their text parts
// under the names that this route wants), or a whole body with an `input`. The case's system prompt
// becomes `instructions` unless the body has them or the messages a system message. "store": false
// is sent unless a body or extra_body says otherwise: a load test is nothing to keep.
//
// The cache-bust prefix goes before the input's first text.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "agent/core/engine/request/json_adapter.h"

namespace monsoon {

class OpenAiResponses : public JsonAdapter {
 protected:
  absl::StatusOr<RequestJson> FromItem(const Item& item,
                                       std::string_view cache_bust_prefix) const override;
  void ApplyMeasurement(RequestJson& body) const override;
  std::unique_ptr<PayloadReader> NewReader(JsonEvent* event) const override;

 private:
  void AddInstructions(RequestJson& body) const;
};

}  // namespace monsoon
