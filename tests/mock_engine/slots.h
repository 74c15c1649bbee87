// The slots of templates: their names and how each writes its value. See Template.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/mock_engine/answer_state.h"

namespace monsoon::mock_engine {

enum class Slot : uint8_t {
  kId,              // eight hexadecimal digits of the request's number
  kNumber,          // the request's number from 1
  kModel,           // inside a JSON string
  kPrompt,          // inside a JSON string
  kCreated,         // Unix seconds
  kCreatedIso,      // 2026-02-02T02:40:00Z
  kText,            // this event's words
  kField,           // "content", or the name of the reasoning field
  kReasoningField,  // the name of the reasoning field
  kContent,         // this event's words if they are no reasoning; all so far if cumulative
  kReasoning,       // this event's words if they are reasoning; all so far if cumulative
  kAllContent,      // all words so far but the reasoning
  kAllReasoning,    // all reasoning so far
  kIds,             // this event's token ids, with commas
  kAllIds,          // all token ids so far
  kLastId,          // of this event
  kTokens,          // tokens so far
  kNewTokens,       // of this event
  kWords,           // tokens so far of this item
  kPromptTokens,
  kTotalTokens,
  kCachedTokens,     // 0 if not told
  kUncachedTokens,   // of the prompt
  kReasoningTokens,  // so far
  kFinish,           // the finish reason in the dialect's words
  kEvent,            // number of the event with tokens, from 1
  kSequence,         // 0, 1, 2, ... over the answer
  kItem,             // index of the choice, embedding or document
  kScore,            // of a document: 1 / (1 + index)
  kStatus,           // of an error
  kType,             // of an error, inside a JSON string
  kMessage,          // of an error, inside a JSON string
};

std::optional<Slot> FindSlot(std::string_view name);
std::optional<Flag> FindFlag(std::string_view name);

void AppendSlot(Slot slot, AnswerState& state, std::string* out);

// The words [first, first + count) inside a JSON string.
void AppendWords(int64_t first, int64_t count, bool ascii_only, std::string* out);

// The id of token `position` of an answer.
int64_t TokenId(int64_t position);

}  // namespace monsoon::mock_engine
