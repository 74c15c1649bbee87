// Evaluates the gates of a case's scenario against its report.
//
// Pure; any thread. A gate whose metric is undefined in the case (no request succeeded, the answer
// was not streamed) is missed: a condition that cannot be shown to hold must not pass a pipeline.
#pragma once

#include <vector>

#include "controller/core/report/case_report.h"

namespace monsoon {

// One result per gate of report.facts.spec, in the same order.
std::vector<GateResult> EvaluateGates(const CaseReport& report);

}  // namespace monsoon
