// What report.json says of the fleet in one case: each agent's part, its clock, and how close
// together they began. docs/metrics.md has the definitions.
//
// Pure; any thread.
#pragma once

#include "controller/core/report/case_report.h"
#include "controller/core/report/json_values.h"

namespace monsoon {

Json FleetJson(const CaseReport& report);

}  // namespace monsoon
