// CustomEngine: an HTTP engine that no type describes, in the scenario's own words (`type: custom`,
// docs/engines.md): the body of a request with places to fill in, and where in the answer's JSON
// things are. Plain values, no behaviour.
#pragma once

#include <cstdint>
#include <string>

namespace monsoon {

// How an answer comes: server-sent events, lines of JSON, or one JSON document.
enum class AnswerFraming : uint8_t { kSse = 0, kNdjson, kJson };
// What an event's text is: the new part, or all of it so far.
enum class AnswerMode : uint8_t { kDelta = 0, kCumulative };

// Where each thing is: JSON pointers (RFC 6901) into an event, in which * stands for every element
// of an array; "" where the engine does not say it.
struct AnswerPointers {
  std::string text;
  std::string reasoning;
  std::string finish_reason;  // a word, or an object {"type": word}
  std::string input_tokens;
  std::string output_tokens;  // so far, or in the end
  std::string cached_tokens;
  std::string error;  // anything but null, false, "", 0, {} and [] there fails the request
  // The end of a stream: a pointer (true, or anything else but false and null, ends it), "[DONE]",
  // or "eof": the body's own end.
  std::string done = "[DONE]";

  friend bool operator==(const AnswerPointers&, const AnswerPointers&) = default;
};

struct CustomEngine {
  // JSON. In its strings, %p stands for the prompt and %m for the model; a string that is "%n" and
  // nothing else becomes the number of max_tokens. "": the engine is not custom.
  std::string body_json;
  AnswerFraming framing = AnswerFraming::kSse;
  AnswerMode mode = AnswerMode::kDelta;
  AnswerPointers pointers;

  friend bool operator==(const CustomEngine&, const CustomEngine&) = default;
};

}  // namespace monsoon
