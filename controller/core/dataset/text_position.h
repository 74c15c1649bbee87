// TextPosition: where in a text file something stands, as editors count: lines from 1, columns from
// 1 in characters (Unicode code points). Plain value; Advance() may be called on text cut at any
// byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace monsoon {

struct TextPosition {
  int64_t line = 1;
  int64_t column = 1;

  // Moves past `text`, which stands at this position.
  void Advance(std::string_view text);

  friend bool operator==(const TextPosition&, const TextPosition&) = default;
};

// INVALID_ARGUMENT "LINE:COLUMN: <what>". Whoever knows the file's name puts it before with a
// colon.
absl::Status ErrorAt(const TextPosition& at, std::string_view what);

}  // namespace monsoon
