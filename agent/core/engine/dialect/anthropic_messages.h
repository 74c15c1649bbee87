// AnthropicMessages: the adapter of the Messages route, of Anthropic and of the engines that have a
// compatible one. The answer is read by MessagesPayload.
//
// An item is a prompt (one user message), chat messages, or a whole body. This route takes no
// system messages: those of a chat move to `system`, in their order; without any, the case's system
// prompt stands there. A whole body stays as it is. max_tokens is required, so a case without it is
// an error.
//
// The cache-bust prefix goes before `system` where there is one, because that comes first in the
// prompt; else before the first message's text.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "agent/core/engine/request/json_adapter.h"

namespace monsoon {

class AnthropicMessages : public JsonAdapter {
 protected:
  absl::StatusOr<RequestJson> FromItem(const Item& item,
                                       std::string_view cache_bust_prefix) const override;
  void ApplyMeasurement(RequestJson& body) const override;
  std::unique_ptr<PayloadReader> NewReader(JsonEvent* event) const override;
  absl::Status Configure(const AgentCase& agent_case) override;
  monsoon::Headers OwnHeaders() const override;
};

}  // namespace monsoon
