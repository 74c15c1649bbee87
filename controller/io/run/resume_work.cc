#include "controller/io/run/resume_work.h"

#include <algorithm>
#include <utility>

#include "common/base/str_cat.h"
#include "controller/io/run/spool_collector.h"

namespace monsoon {
namespace {

bool WantsRerun(const CaseFacts& facts) {
  return facts.state == CaseState::kInterrupted && !facts.superseded_by;
}

// A run that had ended, too, may have died since: in a `controller resume --rerun`.
bool Died(const RunFacts& run, const std::vector<CaseFacts>& cases) {
  return run.finished_wall_ns == 0 ||
         std::any_of(cases.begin(), cases.end(),
                     [](const CaseFacts& facts) { return facts.state == CaseState::kRunning; });
}

}  // namespace

std::vector<std::string> AgentsToAsk(const RunFacts& run, const std::vector<CaseFacts>& cases) {
  const bool died = Died(run, cases);
  std::vector<std::string> names;
  for (const CaseFacts& facts : cases) {
    for (const AgentFacts& agent : facts.agents) {
      const bool wanted = died || (agent.lost && !agent.reported);
      if (wanted && std::find(names.begin(), names.end(), agent.name) == names.end()) {
        names.push_back(agent.name);
      }
    }
  }
  return names;
}

bool IsComplete(const RunFacts& run, const std::vector<CaseFacts>& cases, bool rerun) {
  return !Died(run, cases) && AgentsToAsk(run, cases).empty() &&
         !(rerun && std::any_of(cases.begin(), cases.end(), WantsRerun));
}

std::vector<SessionCase> RemainingCases(const Scenario& scenario,
                                        const std::vector<CaseFacts>& cases, bool rerun) {
  std::vector<SessionCase> remaining;
  auto next_index = static_cast<int32_t>(scenario.cases.size());
  for (const CaseFacts& facts : cases) next_index = std::max(next_index, facts.spec.index + 1);
  for (const CaseSpec& spec : scenario.cases) {
    const bool begun = std::any_of(cases.begin(), cases.end(), [&spec](const CaseFacts& facts) {
      return facts.spec.index == spec.index;
    });
    if (!begun) remaining.push_back({.spec = spec, .input = static_cast<size_t>(spec.index)});
  }
  for (const CaseFacts& facts : cases) {
    if (!rerun || !WantsRerun(facts)) continue;
    const int32_t origin = ScenarioCaseOf(cases, facts);
    const auto position = static_cast<size_t>(origin);
    if (position >= scenario.cases.size()) continue;
    SessionCase again{.spec = scenario.cases[position], .input = position};
    again.attempt = {.number = facts.attempt + 1, .supersedes = facts.spec.index};
    again.spec.name += StrCat(" (attempt ", again.attempt.number, ")");
    again.spec.index = next_index++;
    again.spec.repeats = origin;
    remaining.push_back(std::move(again));
  }
  return remaining;
}

}  // namespace monsoon
