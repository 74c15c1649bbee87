// The flags of every command that dials agents.
#pragma once

#include "controller/io/agents/agent_security.h"

namespace CLI {
class App;
}

namespace monsoon {

// --agent-ca, --agent-cert, --agent-key (or MONSOON_AGENT_CA, _CERT and _KEY in the environment)
// and --insecure-agents. `security` outlives the parsing.
void AddAgentSecurity(CLI::App& command, AgentSecurity& security);

}  // namespace monsoon
