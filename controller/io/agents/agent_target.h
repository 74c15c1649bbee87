// AgentTarget: where an agent is, from what the user wrote.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/tls/tls_files.h"

namespace monsoon {

struct AgentTarget {
  std::string name;     // in reports and messages: "load1:7070", "10.0.0.7:7070", "embedded"
  std::string grpc;     // for gRPC: "ipv4:10.0.0.7:7070", "ipv6:[::1]:7070", "unix:PATH"
  bool local = false;   // a Unix socket or loopback: what is said does not leave this machine
  std::string host;     // as the user wrote it, without port: what its certificate must be for
  std::string address;  // of that name, "10.0.0.7"; "" for a Unix socket
  int port = 0;         // 0: a Unix socket
  TlsFiles tls;         // of this controller; none: plain text (agent_security.h)

  // What is said reaches nobody else, so an API key may be said.
  bool confidential() const { return local || tls.all(); }
};

// Resolves "host:port" or "unix:PATH". A name with several addresses (a headless Kubernetes
// service) stands for as many agents, each named by its address. Blocks on the system's resolver.
// INVALID_ARGUMENT for another form, NOT_FOUND when the name does not resolve.
absl::StatusOr<std::vector<AgentTarget>> ResolveAgents(std::string_view text);

// All of `texts`, without repetitions.
absl::StatusOr<std::vector<AgentTarget>> ResolveAllAgents(const std::vector<std::string>& texts);

}  // namespace monsoon
