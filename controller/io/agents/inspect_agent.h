// Looks at an agent without taking it for a run.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

#include "common/time/clock.h"
#include "controller/core/run/agent_link.h"
#include "controller/io/agents/agent_target.h"

namespace monsoon {

struct AgentInspection {
  AgentInfo info;
  int64_t offset_ns = 0;  // agent's clock minus this machine's
  int64_t bound_ns = 0;
  int64_t round_trip_ns = 0;  // the shortest one
};

// Blocks for a few round trips. Errors are those of OpenChannel and SayHello.
absl::StatusOr<AgentInspection> InspectAgent(const AgentTarget& target, const Clock& clock);

// All of them at the same time, in their order: a dead one costs its timeout once, not once each.
std::vector<absl::StatusOr<AgentInspection>> InspectAgents(const std::vector<AgentTarget>& targets,
                                                           const Clock& clock);

}  // namespace monsoon
