// Breaks sentences into lines for a terminal.
//
// Pure; any thread. Width is counted in columns (clean_text.h), so Chinese text wraps where it
// should.
#pragma once

#include <string>
#include <string_view>

namespace monsoon {

inline constexpr int kReportColumns = 100;

// `first` then `text`, broken at spaces so that no line passes `columns`; later lines are indented
// by the width of `first`. A word that is too long by itself is cut. Ends with '\n'.
std::string WrapText(std::string_view first, std::string_view text, int columns = kReportColumns);

}  // namespace monsoon
