#include "controller/io/agents/agent_security.h"

#include <chrono>
#include <iostream>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

absl::Status CheckFiles(const AgentSecurity& security) {
  if (!security.files.any()) return absl::OkStatus();
  if (!security.files.all()) {
    return absl::InvalidArgumentError(
        "mutual TLS with agents takes an authority, a certificate and its key: --agent-ca, "
        "--agent-cert and --agent-key, or agent_tls: {ca, cert, key} in the scenario");
  }
  if (security.insecure_agents) {
    return absl::InvalidArgumentError(
        "--insecure-agents (insecure_agents) asks for plain text and --agent-cert (agent_tls) for "
        "TLS; take one of them away");
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return ReadTlsFiles(security.files, std::chrono::duration_cast<std::chrono::seconds>(now).count())
      .status();
}

}  // namespace

absl::StatusOr<std::vector<AgentTarget>> ResolveSecureAgents(const std::vector<std::string>& texts,
                                                             const AgentSecurity& security) {
  ASSIGN_OR_RETURN(std::vector<AgentTarget> targets, ResolveAllAgents(texts));
  RETURN_IF_ERROR(SecureAgents(security, targets));
  return targets;
}

absl::Status SecureAgents(const AgentSecurity& security, std::vector<AgentTarget>& targets) {
  RETURN_IF_ERROR(CheckFiles(security));
  for (AgentTarget& target : targets) {
    if (target.port == 0) continue;
    target.tls = security.files;
    if (target.local || target.tls.all()) continue;
    if (!security.insecure_agents) {
      return absl::PermissionDeniedError(
          StrCat("agent ", target.name,
                 " is on another machine, and this controller would speak plain text to it: give "
                 "--agent-ca, --agent-cert and --agent-key (agent_tls in the scenario; ./dev certs "
                 "makes the files for a test), or go through a tunnel (ssh -L), or give "
                 "--insecure-agents if the network is closed to everybody else"));
    }
    std::cerr << StrCat(
        "WARNING: plain text to agent ", target.name,
        " (--insecure-agents): whoever is on the way can read along and steer it\n");
  }
  return absl::OkStatus();
}

}  // namespace monsoon
