// The payloads of one answer in the engine's dialect: SSE events of a stream, whole JSON answers,
// error bodies.
//
// A renderer is made per answer and holds everything that is the same in all its events already
// as bytes, so that an event costs a few copies. It appends to the caller's buffer, knows nothing
// of HTTP chunks, time or faults, and is immutable: safe from any thread.
//
// To add a dialect: implement EventRenderer in a file of its own and name it in MakeRenderer().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/mock_engine/token_script.h"

namespace monsoon::mock_engine {

enum class Dialect { kVllm, kLmdeploy };

struct AnswerIdentity {
  uint64_t request_index = 0;
  std::string model;
  int64_t created_s = 0;        // Unix time
  std::string reasoning_field;  // "reasoning" or "reasoning_content"
  bool usage_in_stream = false;
  bool continuous_usage = false;  // vLLM only
};

struct Usage {
  int64_t prompt_tokens = 0;
  int64_t completion_tokens = 0;
  int64_t cached_tokens = -1;  // -1: not told
};

struct EngineError {
  int status = 500;
  std::string_view type;
  std::string_view message;
};

class EventRenderer {
 public:
  virtual ~EventRenderer() = default;

  // One token event, before the first one anything the dialect sends with it (a role event).
  // `finish_reason` is "" before the end. `so_far` counts this chunk's tokens too.
  virtual void AppendTokens(const Chunk& chunk, std::string_view finish_reason, const Usage& so_far,
                            std::string* out) const = 0;

  virtual void AppendUsage(const Usage& usage, std::string* out) const = 0;
  virtual void AppendError(const EngineError& error, std::string* out) const = 0;

  // The JSON of a non-streamed answer with the first `usage.completion_tokens` words, of which
  // the first `reasoning_tokens` are reasoning.
  virtual std::string WholeAnswer(int64_t reasoning_tokens, std::string_view finish_reason,
                                  const Usage& usage) const = 0;
};

std::unique_ptr<EventRenderer> MakeRenderer(Dialect dialect, const AnswerIdentity& identity);

// The JSON body of an error status in the dialect.
std::string ErrorBody(Dialect dialect, const EngineError& error);

// The words [first, first + count) inside a JSON string.
void AppendWords(int64_t first, int64_t count, bool ascii_only, std::string* out);

inline constexpr std::string_view kDoneEvent = "data: [DONE]\n\n";

}  // namespace monsoon::mock_engine
