// Reads the body of an OpenAI chat-completion request: what the script needs, nothing else.
//
// The reader keeps its JSON parser (simdjson) and its memory from one request to the next, so
// that a long prompt does not delay the streams of the same loop. Not thread-safe: one reader per
// loop.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace monsoon::mock_engine {

struct ChatRequest {
  std::string model;
  std::optional<int64_t> max_tokens;  // max_completion_tokens goes before max_tokens
  bool stream = false;
  bool include_usage = false;
  bool continuous_usage = false;
  int64_t prompt_tokens = 1;
};

// The engine has no tokenizer. A prompt's tokens are the UTF-8 code points of all message texts
// together, divided by 4 and rounded up; at least 1.
int64_t PromptTokensOfCodePoints(int64_t code_points);

class ChatRequestReader {
 public:
  // INVALID_ARGUMENT says what an engine would answer with status 400.
  absl::StatusOr<ChatRequest> Read(std::string_view body);

 private:
  simdjson::dom::parser parser_;
};

}  // namespace monsoon::mock_engine
