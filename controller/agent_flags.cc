#include "controller/agent_flags.h"

#include <CLI/CLI.hpp>

namespace monsoon {

void AddAgentSecurity(CLI::App& command, AgentSecurity& security) {
  command
      .add_option("--agent-ca", security.files.ca,
                  "The authority (PEM) that vouches for agents: speak mutual TLS to them")
      ->envname("MONSOON_AGENT_CA");
  command
      .add_option("--agent-cert", security.files.cert,
                  "This controller's certificate (PEM), for agents that list it")
      ->envname("MONSOON_AGENT_CERT");
  command.add_option("--agent-key", security.files.key, "The private key of --agent-cert")
      ->envname("MONSOON_AGENT_KEY");
  command.add_flag("--insecure-agents", security.insecure_agents,
                   "Allow plain text to agents on other machines (whoever is on the way can read "
                   "along and steer them)");
}

}  // namespace monsoon
