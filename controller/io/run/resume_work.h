// What is left to do in a run: derived from what run.db says of its cases. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/core/report/run_facts.h"
#include "controller/core/scenario/scenario.h"
#include "controller/io/run/run_session.h"

namespace monsoon {

// Agents that may still have something: all, when the controller died; else those that were lost.
std::vector<std::string> AgentsToAsk(const RunFacts& run, const std::vector<CaseFacts>& cases);

// Whether there is nothing left to do.
bool IsComplete(const RunFacts& run, const std::vector<CaseFacts>& cases, bool rerun);

// The scenario's cases that have not begun, in their order; then, with `rerun`, a new attempt at
// each interrupted one that has none.
std::vector<SessionCase> RemainingCases(const Scenario& scenario,
                                        const std::vector<CaseFacts>& cases, bool rerun);

}  // namespace monsoon
