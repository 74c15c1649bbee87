// OpenAiChat: the adapter of every engine with OpenAI's chat completions route: types `openai`,
// `vllm` and `lmdeploy`. They differ in a row of names (OpenAiDialect); how an answer is read is in
// chat_payload.h and framed_decoder.h.
//
// The request body, in the order in which later parts win:
//   1. the case's sampling parameters, under the engine's own names;
//   2. the item: a prompt as one user message, messages as they are, or a whole body, whose own
//      members win over 1 (its max_completion_tokens also drops our max_tokens);
//   3. model, stream and stream_options {"include_usage": true} (only when streaming): the
//      measurement depends on them, so a body's own are replaced. Without streaming neither
//      `stream` nor `stream_options` is sent, as some servers reject them;
//   4. engine.extra_body as a JSON merge patch (RFC 7386): objects merge deep, null removes. It may
//      not set `stream`.
// The members of messages and bodies keep their order, because chat templates print tool schemas
// as they come. Text that is not UTF-8 is sent with U+FFFD in its place.
//
// The cache-bust prefix goes before the first text of the first message that has one (a string, or
// the first text part of a content list).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "agent/core/engine/engine_adapter.h"

namespace monsoon {

// The engine's own names of the parameters that OpenAI's route lacks; "" where it lacks them too.
struct OpenAiDialect {
  std::string_view type;
  std::string_view min_tokens;
  std::string_view ignore_eos;
  std::string_view top_k;
  std::string_view repetition_penalty;
};

class OpenAiChat : public EngineAdapter {
 public:
  // INVALID_ARGUMENT when the case asks for a parameter that the dialect lacks, or when extra_body,
  // a header or the key cannot be sent.
  static absl::StatusOr<std::unique_ptr<EngineAdapter>> Create(const OpenAiDialect& dialect,
                                                               const AgentCase& agent_case);

  absl::StatusOr<std::string> BuildBody(const Item& item,
                                        std::string_view cache_bust_prefix) const override;
  std::vector<std::pair<std::string, std::string>> Headers() const override { return headers_; }
  std::unique_ptr<ResponseDecoder> NewDecoder(DecoderScratch* scratch) const override;

 private:
  using Json = nlohmann::ordered_json;

  OpenAiChat() = default;

  absl::StatusOr<Json> FromItem(const Item& item) const;
  void ApplyMeasurement(Json& body) const;

  std::string model_;
  bool stream_ = true;
  Json sampling_;    // an object
  Json extra_body_;  // an object, perhaps empty
  std::vector<std::pair<std::string, std::string>> headers_;
  size_t max_event_bytes_ = 0;
};

}  // namespace monsoon
