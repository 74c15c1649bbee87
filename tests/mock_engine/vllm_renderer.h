// The vLLM OpenAI server's chat dialect: compact JSON in UTF-8, a role event in front of the
// first token, the finish reason in the event with the last text, errors as {"error":{...}}.
//
// See EventRenderer for use and threads.
#pragma once

#include <string>
#include <string_view>

#include "tests/mock_engine/event_renderer.h"

namespace monsoon::mock_engine {

class VllmRenderer : public EventRenderer {
 public:
  explicit VllmRenderer(const AnswerIdentity& identity);

  void AppendTokens(const Chunk& chunk, std::string_view finish_reason, const Usage& so_far,
                    std::string* out) const override;
  void AppendUsage(const Usage& usage, std::string* out) const override;
  void AppendError(const EngineError& error, std::string* out) const override;
  std::string WholeAnswer(int64_t reasoning_tokens, std::string_view finish_reason,
                          const Usage& usage) const override;

 private:
  void AppendEventEnd(const Usage& so_far, std::string* out) const;

  std::string identity_members_;  // "created":...,"model":"..."
  std::string id_;                // with quotes
  std::string chunk_begin_;       // data: {... "choices":[
  std::string reasoning_field_;
  bool continuous_usage_;
};

}  // namespace monsoon::mock_engine
