// Where a case's token counts come from, and how far they can be trusted: phrases and warnings of
// the text report and of the page.
//
// Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "controller/core/report/case_report.h"
#include "controller/core/report/comparison.h"

namespace monsoon {

// "48 000 input, 38 301 output (source: 480 usage)"; with the sources of both where they differ.
std::string TokenTotalsText(const CaseReport& report);
// One phrase for output and one for input, of a case with `verify_usage`; else none.
std::vector<std::string> UsageCheckTexts(const CaseReport& report);
// A sentence where the engines of a group are not counted with one ruler; else "".
std::string DifferentRulersText(const ComparisonGroup& group);

// What a reader must know of the counts before quoting a number made of them.
std::vector<std::string> TokenWarnings(const CaseReport& report);

}  // namespace monsoon
