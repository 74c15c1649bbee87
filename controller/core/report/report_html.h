// report.html: the report as one self-contained page that works offline, without scripts.
//
// Pure; any thread. The skeleton and the style are the files of report/ (page_files.h); everything
// that comes from a run is escaped. Follows the reader's light or dark preference and prints well.
#pragma once

#include <string>

#include "controller/core/report/case_report.h"

namespace monsoon {

std::string RenderReportHtml(const RunReport& report);

}  // namespace monsoon
