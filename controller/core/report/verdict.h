// The verdict of a case: can its numbers be trusted? Design section 8.
//
//   FAILED      no request succeeded: there is nothing to trust.
//   INCOMPLETE  part of the plan was not carried out: lost, not sent, cancelled, ended early.
//   INVALID     the client may have spoiled the numbers, or the count of requests does not add up.
//   VALID       none of these.
//
// The first that applies, in this order, is the verdict; the reasons of all that apply are kept,
// each a sentence with the measured value, the limit and what to do. A value equal to its limit
// passes. Limits: CaseSpec::verdict. Pure; any thread. Whether the engine is good enough is a
// gate's matter.
#pragma once

#include "controller/core/report/case_report.h"

namespace monsoon {

// The larger of the absolute limit and the share of the case's TTFT p50; the absolute limit alone
// where TTFT is undefined. Seconds.
double MaxErrorSeconds(const CaseReport& report);

// Reads the numbers of `report` (max_error_s included), not its verdict.
Verdict Judge(const CaseReport& report);

}  // namespace monsoon
