// The LMDeploy api_server's chat dialect: JSON as Python's json.dumps writes it (spaces, \uXXXX),
// the role in every delta, absent members instead of nulls, flat error objects.
//
// See EventRenderer for use and threads.
#pragma once

#include <string>
#include <string_view>

#include "tests/mock_engine/event_renderer.h"

namespace monsoon::mock_engine {

class LmdeployRenderer : public EventRenderer {
 public:
  explicit LmdeployRenderer(const AnswerIdentity& identity);

  void AppendTokens(const Chunk& chunk, std::string_view finish_reason, const Usage& so_far,
                    std::string* out) const override;
  void AppendUsage(const Usage& usage, std::string* out) const override;
  void AppendError(const EngineError& error, std::string* out) const override;
  std::string WholeAnswer(int64_t reasoning_tokens, std::string_view finish_reason,
                          const Usage& usage) const override;

 private:
  std::string identity_members_;  // "created": ..., "model": "..."
  std::string id_;                // with quotes
  std::string chunk_begin_;       // data: {... "choices": [
  std::string reasoning_field_;
  bool usage_in_stream_;
};

}  // namespace monsoon::mock_engine
