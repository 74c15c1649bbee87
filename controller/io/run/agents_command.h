// `controller agents`: health, version, clock and capacity of each agent, in a table or as JSON.
#pragma once

#include <string>
#include <vector>

#include "controller/io/agents/agent_security.h"

namespace monsoon {

struct AgentsOptions {
  std::string what;                 // a scenario's file, or HOST:PORT,...; may be empty
  std::vector<std::string> agents;  // HOST:PORT; instead of those of the scenario
  AgentSecurity security;
  bool json = false;
};

// All agents are looked at at the same time, and none is disturbed. 0 when each of them is usable
// (a busy one is), else 2; the sentences of those that are not go to stderr.
int AgentsCommand(const AgentsOptions& options);

}  // namespace monsoon
