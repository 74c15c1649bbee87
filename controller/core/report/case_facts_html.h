// The facts columns of a case in report.html: how it was loaded, what it read and wrote, and how
// good the client was. Pure; any thread. Everything from a run is escaped.
#pragma once

#include <string>

#include "controller/core/report/case_report.h"

namespace monsoon {

// A <div class="columns"> of definition lists.
std::string CaseFactsHtml(const CaseReport& report);

}  // namespace monsoon
