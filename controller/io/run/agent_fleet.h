// AgentFleet: the agents of a run, connected: their links, clocks and the inbox in which everything
// that they say arrives.
//
// Used from the run's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "common/time/clock.h"
#include "controller/core/run/agent_state.h"
#include "controller/io/agents/agent_security.h"
#include "controller/io/agents/embedded_agent.h"
#include "controller/io/agents/grpc_agent_link.h"

namespace monsoon {

struct FleetOptions {
  std::vector<std::string> agents;  // empty: the embedded one
  int64_t expect_agents = 0;        // 0: any number
  AgentSecurity security;
  std::vector<std::string> embedded_arguments;
  std::optional<int> embedded_core;  // the CPU on which the embedded one runs alone; none: any
  bool carries_secrets = false;      // API keys will be sent to the agents
  RecordsHook on_records;            // or nullptr
};

class AgentFleet {
 public:
  // Connects to all, or fails with a sentence that names the agent. `clock` outlives the fleet.
  static absl::StatusOr<std::unique_ptr<AgentFleet>> Connect(const FleetOptions& options,
                                                             const std::string& run_id,
                                                             const Clock* clock);

  const std::vector<RunAgent*>& agents() const { return agents_; }

  // The next event, or nullopt after `timeout_ns`. Pongs are taken care of here; meanwhile every
  // agent is pinged once a second, which keeps its lease and its clock's offset fresh.
  std::optional<AgentEvent> Next(int64_t timeout_ns);
  // Between two cases: passes up to `timeout_ns`. Late records of a case that is over are
  // acknowledged; what became of its requests is written down already.
  void Idle(int64_t timeout_ns);

 private:
  explicit AgentFleet(const Clock* clock) : clock_(*clock) {}
  absl::Status ConnectAll(const FleetOptions& options, const std::string& run_id);
  absl::Status MeasureClocks();
  void PingAll(int64_t now_ns);

  const Clock& clock_;
  std::unique_ptr<EmbeddedAgent> embedded_;
  AgentInbox inbox_;
  std::vector<std::unique_ptr<GrpcAgentLink>> links_;
  std::vector<std::unique_ptr<RunAgent>> states_;
  std::vector<RunAgent*> agents_;
  uint64_t next_ping_ = 1;
  int64_t last_ping_ns_ = 0;
};

}  // namespace monsoon
