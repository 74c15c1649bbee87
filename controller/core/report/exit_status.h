// The exit status of `controller run` that a finished run deserves (design section 3).
//
// Pure; any thread. Status 2, rejected before any load, is the caller's: such a run has no report.
#pragma once

#include "controller/core/report/case_report.h"

namespace monsoon {

inline constexpr int kExitOk = 0;
inline constexpr int kExitNothingUsable = 1;   // no case had a single success
inline constexpr int kExitRejected = 2;        // usage, scenario, dataset, agent not ready
inline constexpr int kExitGateOrFailed = 3;    // a gate was missed, or a case FAILED
inline constexpr int kExitNotTrustworthy = 4;  // a case is INVALID or INCOMPLETE

// The first that applies of 1, 4, 3, 0. An interrupted run is INCOMPLETE whatever its cases say:
// the plan was not carried out to its end.
int ExitStatus(const RunReport& report);

}  // namespace monsoon
