// report.txt and what the terminal shows at the end of a run: the side-by-side table, then a
// compact block for each case, then what the report does not know.
//
// Pure; any thread. UTF-8, lines of at most 100 columns; colours only where asked for.
#pragma once

#include <string>

#include "controller/core/report/case_report.h"

namespace monsoon {

struct TextOptions {
  bool ansi_colours = false;  // for a terminal; never in a file
};

std::string RenderReportText(const RunReport& report, const TextOptions& options = {});

// The side-by-side table alone.
std::string RenderComparisonText(const RunReport& report, const TextOptions& options = {});

}  // namespace monsoon
