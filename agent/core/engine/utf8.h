// UTF-8 as it really arrives: engines cut characters in half and proxies send anything. Pure
// functions; "invalid" is what RFC 3629 does not allow, surrogates included.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace monsoon {

// Appends `text` to `out` with every invalid byte replaced by U+FFFD.
void AppendRepairedUtf8(std::string_view text, std::string& out);

// The longest prefix of `text` that is no longer than `max_bytes` and does not end inside a
// character.
std::string_view Utf8Prefix(std::string_view text, size_t max_bytes);

// One line for people: repaired, trimmed, control characters as single spaces, at most about
// `max_bytes`, with "..." when something was left out.
std::string Excerpt(std::string_view text, size_t max_bytes = 200);

}  // namespace monsoon
