// NativeChat: the adapters of the two native routes that take chat messages but are not OpenAI's:
// Ollama's /api/chat and DashScope's text generation service (wire-protocol reference, sections 4.9
// and 4.14). Items are taken as by OpenAiChat (openai_chat.h).
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "agent/core/engine/pointer/pointer_payload.h"
#include "agent/core/engine/request/json_adapter.h"

namespace monsoon {

class NativeChat : public JsonAdapter {
 protected:
  absl::StatusOr<RequestJson> FromItem(const Item& item,
                                       std::string_view cache_bust_prefix) const override;
  std::unique_ptr<PayloadReader> NewReader(JsonEvent* event) const override;

  // Where a body has its messages.
  virtual RequestJson::json_pointer MessagesPlace() const = 0;
  absl::Status SetAnswer(std::span<const PointerRow> rows, AnswerSpec answer);

 private:
  std::shared_ptr<const AnswerSpec> answer_;
};

// NDJSON; streams unless told not to.
class OllamaChat : public NativeChat {
 protected:
  absl::Status Configure(const AgentCase& agent_case) override;
  void ApplyMeasurement(RequestJson& body) const override;
  std::string_view accept() const override;
  RequestJson::json_pointer MessagesPlace() const override {
    return RequestJson::json_pointer("/messages");
  }
};

// A header asks for the stream. We ask for deltas (unless engine.extra_body has incremental_output:
// false) and for messages; result_format text is read as well.
class Dashscope : public NativeChat {
 protected:
  absl::Status Configure(const AgentCase& agent_case) override;
  void ApplyMeasurement(RequestJson& body) const override;
  monsoon::Headers OwnHeaders() const override;
  RequestJson::json_pointer MessagesPlace() const override {
    return RequestJson::json_pointer("/input/messages");
  }
};

}  // namespace monsoon
