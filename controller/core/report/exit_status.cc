#include "controller/core/report/exit_status.h"

#include <algorithm>

namespace monsoon {
namespace {

bool GateMissed(const CaseReport& report) {
  return std::any_of(report.gates.begin(), report.gates.end(),
                     [](const GateResult& gate) { return !gate.passed; });
}

}  // namespace

int ExitStatus(const RunReport& report) {
  const auto any = [&report](auto condition) {
    return std::any_of(report.cases.begin(), report.cases.end(),
                       [&](const CaseReport& one) { return !one.superseded() && condition(one); });
  };
  const auto has_verdict = [](VerdictKind kind) {
    return [kind](const CaseReport& one) { return one.verdict.kind == kind; };
  };
  if (!any([](const CaseReport& one) { return one.requests.ok > 0; })) return kExitNothingUsable;
  if (report.run.interrupted || report.run.activity != RunActivity::kEnded ||
      any(has_verdict(VerdictKind::kInvalid)) || any(has_verdict(VerdictKind::kIncomplete))) {
    return kExitNotTrustworthy;
  }
  if (any(GateMissed) || any(has_verdict(VerdictKind::kFailed))) return kExitGateOrFailed;
  return kExitOk;
}

}  // namespace monsoon
