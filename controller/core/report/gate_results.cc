#include "controller/core/report/gate_results.h"

#include "controller/core/report/metric_catalogue.h"
#include "controller/core/scenario/gate.h"

namespace monsoon {

std::vector<GateResult> EvaluateGates(const CaseReport& report) {
  std::vector<GateResult> results;
  for (const Gate& gate : report.facts.spec.gates) {
    const std::optional<double> value = MetricValue(report, gate.metric);
    results.push_back({gate.text, gate.metric, value, value && GateHolds(gate, *value)});
  }
  return results;
}

}  // namespace monsoon
