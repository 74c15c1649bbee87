// report.json: every number of a RunReport, schema "monsoon.report/1" (docs/metrics.md lists the
// members).
//
// Pure; any thread. Times are seconds, at full double precision, so that a recomputation from
// run.db (tests/e2e/recompute.py) meets them to the last digits. An undefined number is null; NaN
// and infinity never appear. Text that is not UTF-8 is repaired. The order of the members is fixed.
#pragma once

#include <string>

#include "controller/core/report/case_report.h"

namespace monsoon {

// Indented by two spaces, ends with a line end.
std::string RenderReportJson(const RunReport& report);

}  // namespace monsoon
