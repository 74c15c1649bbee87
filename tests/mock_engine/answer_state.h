// What an answer knows of itself when a piece of it is written: the slots and flags of a Template
// take their values from here.
//
// Made once per answer; AnswerWriter sets the lower half before each event. A plain struct of one
// connection, not shared.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/mock_engine/token_script.h"

namespace monsoon::mock_engine {

// What a template can ask with <?name>. The first ones come from the request, the others from the
// engine or the event.
enum class Flag : uint8_t {
  kUsage,        // usage: the request wants an event with the token counts
  kContinuous,   // continuous: ... and counts in every event
  kCounts,       // counts: the request wants token counts beside the text
  kDetails,      // details: the request wants what the engine leaves out by default
  kIncremental,  // incremental: the request wants pieces where the engine repeats the whole text
  kEcho,         // echo: the prompt is part of the answer
  kCumulative,   // cumulative: every event repeats the text so far
  kOld,          // old: an older version of the engine
  kTool,         // tool: the answer calls a tool
  kCached,       // cached: a part of the prompt was cached
  kFirst,        // first: the first event with tokens
  kThinks,       // thinks: the answer begins with reasoning
  kThinking,     // thinking: this event's tokens are reasoning
  kLast,         // last: no text follows, and the event says so
  kStop,         // stop: the answer ended by itself, not at the limit
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

struct AnswerState {
  uint64_t request_index = 0;
  int64_t created_s = 0;         // Unix time
  std::string model;             // inside a JSON string
  std::string prompt;            // inside a JSON string; only where kEcho may be asked for
  std::string reasoning_field;   // "reasoning" or "reasoning_content"
  int64_t reasoning_tokens = 0;  // so many first words are reasoning
  int64_t items = 1;             // choices, embeddings or documents
  bool ascii_only = false;
  uint32_t flags = 0;
  int64_t bad_utf8_at = -1;  // this word is followed by two bytes which are no UTF-8; -1: none

  // Of the event.
  Chunk chunk;
  int64_t words = 0;  // so far, this chunk's with them
  Usage usage;
  std::string_view finish;  // in the dialect's words
  int64_t item = 0;
  int64_t events = 0;    // with tokens, so far; the first is 1
  int64_t sequence = 0;  // counts where a template says <sequence>
  EngineError error;

  bool has(Flag flag) const { return (flags & Bit(flag)) != 0; }
  void Set(Flag flag, bool on = true) { flags = on ? flags | Bit(flag) : flags & ~Bit(flag); }
  static uint32_t Bit(Flag flag) { return 1u << static_cast<int>(flag); }
};

}  // namespace monsoon::mock_engine
