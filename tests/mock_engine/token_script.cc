#include "tests/mock_engine/token_script.h"

#include <algorithm>

namespace monsoon::mock_engine {
namespace {

constexpr int64_t kDefaultTokens = 64;

}  // namespace

TokenScript::TokenScript(const TokenScriptOptions& options, uint64_t request_index,
                         int64_t prompt_tokens, std::optional<int64_t> max_tokens)
    : options_(options),
      random_(Random::ForRequest(options.seed, request_index, Purpose::kTiming)) {
  tokens_ = options.tokens ? options.tokens->Sample(request_index, random_) : kDefaultTokens;
  stopped_by_limit_ = max_tokens.has_value() && tokens_ >= *max_tokens;
  if (stopped_by_limit_) tokens_ = *max_tokens;
  ttft_ns_ = options.ttft.Sample(request_index, random_) +
             options.prefill_per_token_ns * std::max<int64_t>(prompt_tokens, 0);
}

Chunk TokenScript::NextChunk() {
  Chunk chunk;
  chunk.first_token = position_;
  chunk.reasoning = position_ < options_.reasoning_tokens;
  int64_t end = std::min(position_ + options_.tokens_per_chunk, tokens_);
  if (chunk.reasoning) end = std::min(end, options_.reasoning_tokens);
  chunk.tokens = end - position_;
  chunk.last = end == tokens_;
  position_ = end;
  return chunk;
}

}  // namespace monsoon::mock_engine
