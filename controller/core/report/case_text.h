// One case of report.txt: verdict, reasons, requests, throughput, distributions, client, notes.
//
// Pure; any thread.
#pragma once

#include <string>

#include "controller/core/report/case_report.h"

namespace monsoon {

// Lines of at most kReportColumns columns (text_wrap.h), for the user's eye: rounded numbers.
// `verdict` is what stands for the verdict's name, coloured or not.
std::string RenderCaseText(const CaseReport& report, const std::string& verdict);

// Phrases that the page uses as well.
// "1 000 planned, 990 ok, 7 failed (5 timeout_first, 2 error_http), 3 lost".
// Of an open loop: the rate asked and achieved.
std::string RateReportText(const CaseReport& report);
// What the steady window is, or why there is none.
std::string SteadyRuleText(const CaseReport& report);
// Where a file came from, and which it was: "hf:ORG/NAME/FILE, revision 1234, sha256 5678".
std::string HubText(const HubSpec& hub);
std::string RequestsText(const RequestCounts& counts);
// "error_http 401".
std::string ErrorSampleTitle(const ErrorSample& sample);
// "800 stop, 190 length".
std::string CountsText(const std::map<std::string, int64_t>& counts);
// "measured 0.2383 s", in the metric's own unit, or "not defined in this case".
// How the error bound is made up: " = read late ... + calibrated floor ..."; "" without a
// calibration.
std::string BoundPartsText(const CaseReport& report);
std::string GateValueText(const GateResult& gate);

}  // namespace monsoon
