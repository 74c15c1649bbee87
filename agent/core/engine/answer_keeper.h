// AnswerKeeper: collects the text of one answer, for a case whose tokens the controller counts
// (AgentCase::keep_text), and decides at the end how much of it travels.
//
// Belongs to one slot and is reused: its buffers stay, so that Add() allocates only where an answer
// outgrows all earlier ones; what one very long answer needed is given back. With KeepText::kNone
// it does nothing. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/agent_case.h"
#include "common/model/request_record.h"

namespace monsoon {

class AnswerKeeper {
 public:
  explicit AnswerKeeper(KeepText keep) : keep_(keep) {}

  // Another answer begins.
  void Clear();
  void Add(TextChannel channel, std::string_view text) {
    if (keep_ != KeepText::kNone) Append(channel, text);
  }
  // What was added so far came with the first token-bearing event.
  void EndFirstEvent() { first_event_bytes_ = static_cast<int64_t>(text_.size()); }

  // The answer is over and `record` is settled but for its text: puts there what the case asks for,
  // or kFlagTextTooLong and the first event's text, if the whole was asked for and is too long.
  void Settle(RequestRecord& record) const;

  // Add() comes soon: asks the processor for the memory that it will touch.
  void Prefetch() const { __builtin_prefetch(text_.data() + text_.size()); }

 private:
  void Append(TextChannel channel, std::string_view text);

  KeepText keep_;
  std::string text_;
  std::vector<TextRun> runs_;
  int64_t first_event_bytes_ = 0;
  bool too_long_ = false;
};

}  // namespace monsoon
