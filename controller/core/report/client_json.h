// What report.json says of the client itself, for one case: its error bound and capacity, and each
// agent. Pure; any thread. Times are seconds; an undefined number is null.
#pragma once

#include "controller/core/report/case_report.h"
#include "controller/core/report/json_values.h"

namespace monsoon {

Json ClientJson(const CaseReport& report);
// An array, in the order of the run's agents.
Json AgentsJson(const CaseReport& report);

}  // namespace monsoon
