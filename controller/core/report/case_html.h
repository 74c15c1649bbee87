// One case of report.html. Pure; any thread. Everything from a run is escaped.
#pragma once

#include <string>

#include "controller/core/report/case_report.h"

namespace monsoon {

// A <section id="case-N">, N being the case's index.
std::string RenderCaseHtml(const CaseReport& report);

}  // namespace monsoon
