// Finds and words what is wrong with a piece of text that should have been JSON or UTF-8. Used on
// bad entries only, so it may be slow. Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace monsoon {

struct TextFault {
  size_t offset = 0;  // in bytes, of the first byte that cannot be right; the size when more is due
  std::string what;   // "broken JSON: ..."
};

// The first byte that is not part of a well-formed UTF-8 sequence (RFC 3629).
std::optional<TextFault> FindUtf8Fault(std::string_view text);

// Where `text` stops being one JSON value (RFC 8259). REQUIRES: `text` is valid UTF-8.
std::optional<TextFault> FindJsonFault(std::string_view text);

// What kind of file begins with `head` when it can be no dataset, as a sentence that says what to
// do: UTF-16, gzip, zip, zstd, a Git LFS pointer. Wants at least the first 64 bytes.
std::optional<std::string> FindWrongFileKind(std::string_view head);

// The first characters of `text`, for a message, in double quotes; control characters become '?'.
// REQUIRES: valid UTF-8.
std::string Excerpt(std::string_view text);

}  // namespace monsoon
