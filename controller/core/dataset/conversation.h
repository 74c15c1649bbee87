// Reads recorded conversations: ShareGPT's shapes, and lists of chat messages that may end with the
// answer that was given. Pure; any thread. Errors are INVALID_ARGUMENT, worded to follow
// "file:line:column: ".
#pragma once

#include <simdjson.h>

#include "absl/status/status.h"

#include "controller/core/dataset/entry_parser.h"

namespace monsoon {

// An object with a list "conversations", "conversation", "items" or "messages" of turns, each
//
//   {"from": "human", "value": "..."}        the original dump and vLLM's ShareGPT_V3
//   {"role": "user", "content": "..."}       exports in chat form
//   {"human": "...", "assistant": "..."}     two turns at once: ModelScope's common_{zh,en}_70k
//
// kFirst: the first human turn with text is the prompt, and the assistant turn after it the
// reference answer. kAll: the last assistant turn is the reference answer, and what stands before
// it, up to a human turn, are the messages; all turns when no assistant speaks. A conversation
// without a human turn to send is lacking, as is one without a reference answer where `rules` want
// one: the published files have thousands of both.
absl::Status ReadShareGpt(const EntryRules& rules, simdjson::dom::element value,
                          ParsedEntry& entry);

// An object with a list "messages", or that list by itself; messages as chat_shape.h has them, sent
// as they are. Assistant messages at the end are left out: the first of them is the reference
// answer.
absl::Status ReadMessages(const EntryRules& rules, simdjson::dom::element value,
                          ParsedEntry& entry);

}  // namespace monsoon
