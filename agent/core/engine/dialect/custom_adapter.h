// CustomAdapter: the adapter of `type: custom`, whose scenario says what to send and where to find
// things in the answer (common/model/custom_engine.h).
//
// The body is the scenario's own, with values put into its strings as JSON text: %p or {prompt} is
// the prompt (rendered by prompt_template where there is one), %m or {model} the model; a string
// that is "%n" or "{max_tokens}" and nothing else becomes that number. No sampling parameter is
// added. What was put in is not looked at again, so a prompt may hold "%m".
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "agent/core/engine/pointer/pointer_payload.h"
#include "agent/core/engine/request/json_adapter.h"

namespace monsoon {

class CustomAdapter : public JsonAdapter {
 protected:
  absl::Status Configure(const AgentCase& agent_case) override;
  absl::StatusOr<RequestJson> FromItem(const Item& item,
                                       std::string_view cache_bust_prefix) const override;
  void ApplyMeasurement(RequestJson&) const override {}
  bool adds_sampling() const override { return false; }
  std::string_view stream_member() const override { return ""; }
  std::string_view accept() const override;
  std::unique_ptr<PayloadReader> NewReader(JsonEvent* event) const override;

 private:
  RequestJson template_;
  bool says_length_ = false;  // the template has a place for max_tokens
  AnswerFraming framing_ = AnswerFraming::kSse;
  std::shared_ptr<const AnswerSpec> answer_;
};

}  // namespace monsoon
