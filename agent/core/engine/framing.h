// What kind of body an answer has, whatever its header claims, and the small facts of payload
// framing that all dialects share (wire-protocol reference, sections 2.1 and 2.3). Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace monsoon {

enum class BodyForm : uint8_t {
  kSse,
  kDocument,  // one JSON document (of an engine that streams NDJSON: perhaps a line of it)
  kNdjson,    // lines of JSON, by its header
  kHtml,
  kUnknown  // none of these: compressed, garbage, plain text
};

// The form of a body whose first byte that is neither blank nor part of a byte order mark is
// `first`. The byte wins where it is unambiguous ('{', '[' and '<' start no SSE field), because
// several servers send JSON as text/event-stream and SSE as text/plain; else the media type says.
BodyForm DetectBodyForm(std::string_view content_type, char first);

// True for the bytes that DetectBodyForm() must not be asked about: blanks and the bytes of a BOM.
bool IsBodyPadding(char c);

// The media type alone, as sent: "text/html" of "text/html; charset=utf-8".
std::string_view MediaType(std::string_view content_type);

// `text` without the ASCII blanks at both ends.
std::string_view TrimBlanks(std::string_view text);

// The terminator of OpenAI-like streams. Matches by prefix, as some gateways add to it.
// REQUIRES: trimmed.
inline bool IsDoneMarker(std::string_view payload) { return payload.substr(0, 6) == "[DONE]"; }

}  // namespace monsoon
