// The scripted course of answers: how many tokens, in which chunks, after which waits.
//
// Pure: no clock, no I/O. Everything follows from the options, the request's number (0 for the
// first chat request the engine received) and its prompt, so the same requests in the same order
// get the same answers. Times are nanoseconds.
#pragma once

#include <cstdint>
#include <optional>

#include "tests/mock_engine/distribution.h"
#include "tests/mock_engine/random.h"

namespace monsoon::mock_engine {

struct TokenScriptOptions {
  Distribution ttft = Distribution::Constant(50'000'000);
  Distribution itl = Distribution::Constant(10'000'000);  // between token-bearing chunks
  std::optional<Distribution> tokens;                     // absent: min(max_tokens, 64)
  int64_t prefill_per_token_ns = 0;                       // added to TTFT per prompt token
  int64_t reasoning_tokens = 0;                           // the first so many are reasoning
  int64_t tokens_per_chunk = 1;
  uint64_t seed = 1;
};

// Some tokens that travel in one event.
struct Chunk {
  int64_t first_token = 0;  // position of the first one in the answer, from 0
  int64_t tokens = 0;
  bool reasoning = false;
  bool last = false;
};

// The script of one answer. Not thread-safe; `options` must outlive it.
class TokenScript {
 public:
  // The answer never exceeds `max_tokens` (absent: no limit asked for).
  TokenScript(const TokenScriptOptions& options, uint64_t request_index, int64_t prompt_tokens,
              std::optional<int64_t> max_tokens);

  int64_t tokens() const { return tokens_; }
  int64_t ttft_ns() const { return ttft_ns_; }
  bool stopped_by_limit() const { return stopped_by_limit_; }
  bool done() const { return position_ >= tokens_; }

  // The next chunk; a chunk never mixes reasoning and content. Call only while not done().
  Chunk NextChunk();

  // The wait between the chunk just taken and the next one. Line k of a `file:` is the k-th wait
  // of every answer.
  int64_t NextGapNs() { return options_.itl.Sample(gaps_++, random_); }

 private:
  const TokenScriptOptions& options_;
  Random random_;
  int64_t tokens_ = 0;
  int64_t ttft_ns_ = 0;
  int64_t position_ = 0;
  uint64_t gaps_ = 0;
  bool stopped_by_limit_ = false;
};

}  // namespace monsoon::mock_engine
