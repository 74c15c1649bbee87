#include "tests/mock_engine/answer_writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/base/str_cat.h"

namespace monsoon::mock_engine {

AnswerWriter::AnswerWriter(const Wire& wire, AnswerState state, int64_t tokens, bool by_limit)
    : wire_(&wire), state_(std::move(state)), tokens_(tokens) {
  state_.ascii_only = wire.ascii_only;
  state_.finish = by_limit ? wire.length : wire.stop;
  state_.Set(Flag::kStop, !by_limit);
  if (!wire.reasoning) state_.reasoning_tokens = 0;
  state_.reasoning_tokens = std::min(state_.reasoning_tokens, tokens);
  state_.Set(Flag::kThinks, state_.reasoning_tokens > 0);
  state_.usage.completion_tokens = 0;
}

int64_t AnswerWriter::TokensOf(int64_t item) const {
  return item == 0 ? tokens_ : std::max<int64_t>(1, tokens_ / (item + 1));
}

void AnswerWriter::AppendEarly(std::string* out) { wire_->early.Append(state_, out); }

bool AnswerWriter::Prepare(int64_t item, const Chunk& chunk) {
  const int64_t end = std::min(chunk.first_token + chunk.tokens, TokensOf(item));
  if (item > 0 && end <= chunk.first_token) return false;
  const bool eos_follows = wire_->counts_eos && state_.has(Flag::kStop);
  state_.item = item;
  state_.chunk = chunk;
  state_.chunk.tokens = end - chunk.first_token;
  state_.words = end;
  state_.Set(Flag::kFirst, state_.events == 1);
  state_.Set(Flag::kThinking, chunk.first_token < state_.reasoning_tokens);
  state_.Set(Flag::kLast, end == TokensOf(item) && !eos_follows && !open_);
  return true;
}

int64_t AnswerWriter::AppendTokens(const Chunk& chunk, std::string* out) {
  ++state_.events;
  int64_t tokens = 0;
  for (int64_t item = 0; item < state_.items; ++item) {
    if (!Prepare(item, chunk)) continue;
    state_.usage.completion_tokens += state_.chunk.tokens - std::exchange(silent_, 0);
    if (chunk.first_token == 0) wire_->opening.Append(state_, out);
    wire_->token.Append(state_, out);
    tokens += state_.chunk.tokens;
  }
  return tokens;
}

void AnswerWriter::AppendSilent(int64_t tokens, std::string* out) {
  state_.usage.completion_tokens += tokens;
  silent_ += tokens;
  state_.chunk.tokens = 0;
  state_.chunk.first_token = state_.words;
  state_.Set(Flag::kFirst, false);
  state_.Set(Flag::kLast, false);
  wire_->token.Append(state_, out);
}

int64_t AnswerWriter::AppendFinish(std::string* out) {
  if (open_) return 0;
  int64_t tokens = 0;
  for (int64_t item = 0; item < state_.items; ++item) {
    state_.item = item;
    state_.words = TokensOf(item);
    state_.Set(Flag::kLast);
    if (wire_->counts_eos && state_.has(Flag::kStop)) {
      ++tokens;
      ++state_.usage.completion_tokens;
    }
    wire_->finish.Append(state_, out);
  }
  return tokens;
}

void AnswerWriter::AppendUsage(std::string* out) {
  if (state_.has(Flag::kUsage)) wire_->usage.Append(state_, out);
}

bool AnswerWriter::AppendError(const EngineError& error, std::string* out) {
  if (wire_->error.empty()) return false;
  state_.error = error;
  wire_->error.Append(state_, out);
  wire_->after_error.Append(state_, out);
  return true;
}

void AnswerWriter::AppendPadding(size_t bytes, std::string* out) const {
  absl::StrAppend(out, wire_->line_begin,
                  R"({"object":"chat.completion.chunk","choices":[],"padding":")");
  out->append(bytes, 'x');
  absl::StrAppend(out, "\"}", wire_->line_end);
}

void AnswerWriter::AppendBrokenJson(std::string* out) const {
  absl::StrAppend(out, wire_->line_begin,
                  R"({"id":"chatcmpl-broken","choices":[{"index":0,"delta":{"con)",
                  wire_->line_end);
}

void AnswerWriter::CountAll() {
  const bool eos = wire_->counts_eos && state_.has(Flag::kStop);
  for (int64_t item = 0; item < state_.items; ++item) {
    state_.usage.completion_tokens += TokensOf(item) + (eos ? 1 : 0);
  }
}

std::string AnswerWriter::Whole() {
  if (wire_->generates) CountAll();
  state_.Set(Flag::kLast);
  state_.words = tokens_;
  std::string out;
  wire_->whole_begin.Append(state_, &out);
  for (int64_t item = 0; item < state_.items && !wire_->whole_item.empty(); ++item) {
    if (item > 0) out.append(wire_->item_separator);
    state_.item = item;
    state_.words = TokensOf(item);
    wire_->whole_item.Append(state_, &out);
  }
  state_.words = tokens_;
  wire_->whole_end.Append(state_, &out);
  return out;
}

}  // namespace monsoon::mock_engine
