// How this controller speaks to agents that others could listen to: mutual TLS, or not at all.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "common/tls/tls_files.h"
#include "controller/io/agents/agent_target.h"

namespace monsoon {

struct AgentSecurity {
  // Of this controller; none: plain text. Read again for every connection, so that files that are
  // replaced during a long run are used.
  TlsFiles files;
  bool insecure_agents = false;  // the user wants plain text off this machine

  friend bool operator==(const AgentSecurity&, const AgentSecurity&) = default;
};

// ResolveAllAgents(), each told how it is to be spoken to: Unix sockets in plain text, others over
// TLS if there are files, else loopback in plain text and the rest not at all, unless
// insecure_agents: then stderr says so loudly. INVALID_ARGUMENT, FAILED_PRECONDITION or
// PERMISSION_DENIED with a sentence that says what to do.
absl::StatusOr<std::vector<AgentTarget>> ResolveSecureAgents(const std::vector<std::string>& texts,
                                                             const AgentSecurity& security);
// The same of agents that are resolved already.
absl::Status SecureAgents(const AgentSecurity& security, std::vector<AgentTarget>& targets);

}  // namespace monsoon
