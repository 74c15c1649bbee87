// The agents of a run, from what the user wrote: each once, with its weight.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "controller/io/agents/agent_security.h"
#include "controller/io/agents/agent_target.h"

namespace monsoon {

struct WeightedTarget {
  AgentTarget target;
  double weight = 1;
};

// Resolves each of `texts` ("HOST:PORT", "unix:PATH", maybe with "*WEIGHT"). A name that stands for
// several agents gives each of them its weight. INVALID_ARGUMENT, naming both, when two of them are
// one address; otherwise as ResolveSecureAgents().
absl::StatusOr<std::vector<WeightedTarget>> ResolveWeightedAgents(
    const std::vector<std::string>& texts, const AgentSecurity& security);

}  // namespace monsoon
