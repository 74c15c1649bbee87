// Warnings: what a reader must know before quoting a number of a case whose verdict is otherwise
// fine. Promise 6 of the design: the report says what it does not know.
//
// Pure; any thread. Sentences, in plain words, each with its numbers.
#pragma once

#include <string>
#include <vector>

#include "controller/core/report/case_report.h"

namespace monsoon {

// True when the highest inter-token gaps may be the client's own, although the TTFT's error bound
// holds: one in a hundred of all reads came later than the limit of the error bound.
bool ReadsAreLate(const CaseReport& report);

// Of one case, from what was measured. Empty when there is nothing to warn about.
std::vector<std::string> WarningsFor(const CaseReport& report);

// What no report of this tool can know, whatever was measured.
std::vector<std::string> GeneralLimits();

}  // namespace monsoon
