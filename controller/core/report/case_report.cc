#include "controller/core/report/case_report.h"

#include <algorithm>
#include <array>

namespace monsoon {

std::string_view VerdictName(VerdictKind kind) {
  static constexpr std::array<std::string_view, 4> kNames = {"VALID", "INVALID", "INCOMPLETE",
                                                             "FAILED"};
  return kNames[static_cast<size_t>(kind)];
}

std::string_view CaseStateName(CaseState state) {
  static constexpr std::array<std::string_view, 3> kNames = {"running", "ended", "interrupted"};
  return kNames[static_cast<size_t>(state)];
}

std::optional<CaseState> CaseStateFromName(std::string_view name) {
  for (const CaseState state : {CaseState::kRunning, CaseState::kEnded, CaseState::kInterrupted}) {
    if (CaseStateName(state) == name) return state;
  }
  return std::nullopt;
}

std::optional<double> CaseReport::same_read_share() const {
  if (itl_s.count == 0) return std::nullopt;
  return static_cast<double>(same_read_gaps) / static_cast<double>(itl_s.count);
}

AgentTotals CaseReport::totals_of(const AgentFacts& agent) const {
  const auto found = agent_totals.find(agent.name);
  return found == agent_totals.end() ? AgentTotals() : found->second;
}

std::vector<std::string> RunReport::agent_names() const {
  std::vector<std::string> names;
  for (const CaseReport& report : cases) {
    for (const AgentFacts& agent : report.facts.agents) {
      if (std::find(names.begin(), names.end(), agent.name) == names.end()) {
        names.push_back(agent.name);
      }
    }
  }
  return names;
}

}  // namespace monsoon
