// RunInvocation: what the command line of `controller run` had beside the scenario, and what the
// scenario cannot say; kept in run.db so that `controller resume` needs none of it again.
//
// No secret is in it. Plain values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "controller/io/agents/agent_security.h"

namespace monsoon {

struct RunInvocation {
  std::vector<std::string> agents;         // as asked for; empty: the embedded one
  AgentSecurity security;                  // the paths of its files, made absolute
  std::vector<std::string> allow_targets;  // for the embedded agent
  int64_t embedded_threads = 0;
  bool preflight = true;

  friend bool operator==(const RunInvocation&, const RunInvocation&) = default;
};

std::string InvocationToJson(const RunInvocation& invocation);
// Members that are missing keep their defaults. DATA_LOSS when it is no such JSON.
absl::StatusOr<RunInvocation> InvocationFromJson(const std::string& text);

}  // namespace monsoon
