// Makes text from outside (an engine's error message, a model's name, a path) safe to print.
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace monsoon {

// Valid UTF-8 without control characters: bytes that are not UTF-8 become U+FFFD each, control
// characters (line ends and terminal escapes among them, C1 too) become a space.
std::string CleanText(std::string_view text);

// CleanText with & < > " ' written as HTML entities: safe between tags and inside quoted
// attributes.
std::string EscapeHtml(std::string_view text);

// Columns that `text` (clean UTF-8) takes in a terminal: 2 for East Asian wide characters, 0 for
// combining marks, 1 for the rest.
int DisplayWidth(std::string_view text);

// `text` cut to at most `width` columns, the cut marked by "…". REQUIRES: width >= 1.
std::string FitWidth(std::string_view text, int width);

}  // namespace monsoon
