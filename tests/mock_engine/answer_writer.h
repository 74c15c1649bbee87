// Writes one answer, piece by piece, in its route's wire format: events of a stream, whole JSON
// documents, errors.
//
// Knows nothing of HTTP, time or faults; appends to the caller's buffer and allocates nothing once
// that has grown. An answer to a request for n parts (choices, embeddings) has n items; item k of
// an answer of T tokens has max(1, T / (k + 1)) of them, so that items end at different times. Not
// thread-safe: one per answer. Copyable; `wire` must outlive it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/mock_engine/answer_state.h"
#include "tests/mock_engine/dialect.h"

namespace monsoon::mock_engine {

class AnswerWriter {
 public:
  // `tokens` will come in all, and `by_limit` says why they end.
  AnswerWriter(const Wire& wire, AnswerState state, int64_t tokens, bool by_limit);

  const Wire& wire() const { return *wire_; }
  const Usage& usage() const { return state_.usage; }

  // From here on nothing says that the answer is complete, as far as the events with text do that.
  void LeaveOpen() { open_ = true; }

  void AppendEarly(std::string* out);

  // The next tokens of every item, before the first ones the opening. Returns how many these are.
  int64_t AppendTokens(const Chunk& chunk, std::string* out);

  // An event which counts `tokens` more, but shows no text: AppendTokens() will.
  void AppendSilent(int64_t tokens, std::string* out);

  // What follows the last tokens: finish event, usage, terminator. Returns the tokens in it (an
  // end-of-text token that counts).
  int64_t AppendFinish(std::string* out);
  void AppendUsage(std::string* out);
  void AppendDone(std::string* out) { wire_->done.Append(state_, out); }

  // False if the format has no error events.
  bool AppendError(const EngineError& error, std::string* out);
  void AppendHeartbeat(std::string* out) { wire_->heartbeat.Append(state_, out); }

  // An event of no meaning, with `bytes` of padding; and one that is cut in its middle.
  void AppendPadding(size_t bytes, std::string* out) const;
  void AppendBrokenJson(std::string* out) const;

  // The whole answer; AppendTokens() must not have been called.
  std::string Whole();

 private:
  int64_t TokensOf(int64_t item) const;
  // Sets what the event of `item` says of itself; false if the item has ended before.
  bool Prepare(int64_t item, const Chunk& chunk);
  void CountAll();

  const Wire* wire_;
  AnswerState state_;
  int64_t tokens_;
  int64_t silent_ = 0;  // counted already
  bool open_ = false;
};

}  // namespace monsoon::mock_engine
