// How the agents of a scenario are to be spoken to.
#pragma once

#include "controller/core/scenario/scenario.h"
#include "controller/io/agents/agent_security.h"

namespace monsoon {

// What the command line says, else what the scenario does.
inline AgentSecurity SecurityOf(const AgentSecurity& flags, const Scenario& scenario) {
  if (flags.files.any() || flags.insecure_agents) return flags;
  const AgentTlsPaths& paths = scenario.agent_tls;
  return {.files = {.cert = paths.cert, .key = paths.key, .ca = paths.ca},
          .insecure_agents = scenario.insecure_agents};
}

}  // namespace monsoon
