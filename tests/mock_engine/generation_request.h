// Reads the body of a request for an answer: what the script needs, nothing else. Where to find it
// says the route's RequestShape.
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

#include "tests/mock_engine/dialect.h"

namespace monsoon::mock_engine {

struct GenerationRequest {
  std::string model;                  // "" where the shape asks for none
  std::optional<int64_t> max_tokens;  // absent: no limit asked for
  bool stream = false;                // what the body says; routes and headers may know better
  uint32_t flags = 0;                 // AnswerState::Bit of each
  int64_t prompt_tokens = 1;
  int64_t items = 1;
  std::string prompt;  // inside a JSON string; only if the shape keeps it
};

// The engine has no tokenizer. A prompt's tokens are the UTF-8 code points of all its texts
// together, divided by 4 and rounded up, at least 1; a number in a list of token ids is a token.
int64_t PromptTokensOfCodePoints(int64_t code_points);

class RequestReader {
 public:
  // INVALID_ARGUMENT says what an engine would answer with status 400.
  absl::StatusOr<GenerationRequest> Read(std::string_view body, const RequestShape& shape);

 private:
  simdjson::dom::parser parser_;
};

}  // namespace monsoon::mock_engine
