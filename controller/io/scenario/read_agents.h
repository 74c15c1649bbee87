// Reads the keys of a scenario that are about the agents, all together: who they are, and what
// holds when one of them is silent.
#pragma once

#include "controller/core/scenario/scenario.h"
#include "controller/io/scenario/map_reader.h"

namespace monsoon {

// agents, expect_agents, lease, on_agent_loss, max_start_skew; of the top level.
void ReadFleet(MapReader& map, Scenario& scenario);

}  // namespace monsoon
