// The words of the engine's answers. Token k of every answer is word k of a fixed list (cycling),
// so a test can say what an answer's text must be. The list holds ASCII, Chinese, a surrogate
// pair and a line end, because those go wrong first.
//
// Pure; the returned views have static storage. Safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace monsoon::mock_engine {

// Appends `text` as the inside of a JSON string. With `ascii_only` every code point above 0x7E is
// written \uXXXX, as Python's json.dumps does. Invalid UTF-8 becomes U+FFFD then.
void AppendJsonText(std::string_view text, bool ascii_only, std::string* out);

// `text` as a quoted JSON string.
std::string JsonString(std::string_view text, bool ascii_only = false);

// Token `position` of an answer, as plain UTF-8.
std::string_view Word(int64_t position);

// The same inside a JSON string, already escaped.
std::string_view EscapedWord(int64_t position, bool ascii_only);

}  // namespace monsoon::mock_engine
