// AgentFleet: the agents of a run, connected: their links, clocks and leases, and the inbox in
// which everything that they say arrives.
//
// It pings every agent, which grants its lease and follows its clock, judges who is silent or gone
// (controller/core/run/agent_watch.h), tells the user, and takes a lost agent that was started
// again into the run, under a new index. Used from the run's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "common/time/clock.h"
#include "controller/core/run/agent_state.h"
#include "controller/core/run/agent_watch.h"
#include "controller/io/agents/agent_security.h"
#include "controller/io/agents/embedded_agent.h"
#include "controller/io/agents/grpc_agent_link.h"
#include "controller/io/agents/weighted_target.h"
#include "controller/io/run/agent_rejoiner.h"

namespace monsoon {

struct FleetOptions {
  // "HOST:PORT", "unix:PATH", each maybe with "*WEIGHT"; empty: the embedded one
  // (controller/core/scenario/agent_entry.h)
  std::vector<std::string> agents;
  int64_t expect_agents = 0;  // 0: any number
  AgentSecurity security;
  std::vector<std::string> embedded_arguments;
  std::optional<int> embedded_core;  // the CPU on which the embedded one runs alone; none: any
  int embedded_inherits = -1;        // a file that stays open while the embedded one lives
  bool carries_secrets = false;      // API keys will be sent to the agents
  int64_t lease_ns = kDefaultLeaseNs;
  RecordsHook on_records;                                // or nullptr
  std::function<void(const std::string& sentence)> say;  // to the user; or nullptr
  std::function<bool()> interrupted;                     // the user wants to go; or nullptr
};

class AgentFleet {
 public:
  // Connects to all, or fails with a sentence that names the agent. `clock` outlives the fleet.
  // CANCELLED when it was interrupted.
  static absl::StatusOr<std::unique_ptr<AgentFleet>> Connect(const FleetOptions& options,
                                                             const std::string& run_id,
                                                             const Clock* clock);
  // Ends the run on every agent that can be reached. REQUIRES: every record that arrived was
  // acknowledged, or KeepRecords() was called.
  ~AgentFleet();
  // The records cannot be stored: the agents shall keep those that were not acknowledged.
  void KeepRecords() { run_is_over_ = false; }

  // One that was lost and started again comes once more, behind the others; so the list grows, and
  // an index stands for one session.
  const std::vector<RunAgent*>& agents() const { return agents_; }

  // The next event, or nullopt after `timeout_ns`, or when there was one that is taken care of
  // here: pongs, and what connections do.
  std::optional<AgentEvent> Next(int64_t timeout_ns);
  // Between two cases: passes up to `timeout_ns`. `keep` stores the late records of a case that is
  // over, which are acknowledged then; its error is returned.
  using LateRecordsHook = std::function<absl::Status(const AgentInfo&, const RecordsEvent&)>;
  absl::Status Idle(int64_t timeout_ns, const LateRecordsHook& keep);

 private:
  struct Member {
    Member(AgentTarget agent_target, int64_t lease_ns, int64_t now_ns)
        : target(std::move(agent_target)), watch(lease_ns, now_ns) {}
    AgentTarget target;
    std::unique_ptr<GrpcAgentLink> link;  // null while it is awaited
    std::unique_ptr<RunAgent> state;
    AgentWatch watch;
    int first_pings_left = 0;
    int64_t pinged_ns = 0;
    bool arriving = false;  // started again; its clock is being measured
  };

  AgentFleet(const FleetOptions& options, std::string run_id, const Clock* clock);
  absl::Status ConnectAll();
  absl::StatusOr<std::vector<WeightedTarget>> FindTargets();
  absl::Status CheckSecrets(const std::vector<WeightedTarget>& targets) const;
  absl::Status MeasureClocks();
  absl::Status AwaitPongs();
  LinkOptions OptionsOf(size_t index);

  void PingAll(int64_t now_ns);
  void Ping(Member& member, int64_t now_ns);
  void CheckEmbedded(int64_t now_ns);
  // Whether the event is for somebody else.
  bool Hear(const AgentEvent& event, int64_t now_ns);
  void HearPong(size_t index, const PingTimes& times, int64_t now_ns);
  void HearConnection(size_t index, const ConnectionEvent& event, int64_t now_ns);
  void JudgeAll(int64_t now_ns);
  void Apply(size_t index, AgentWatch::Change change, int64_t now_ns);
  void TakeRejoined(int64_t now_ns);
  void Say(const std::string& sentence) const;

  const FleetOptions options_;
  const std::string run_id_;
  const Clock& clock_;
  bool run_is_over_ = true;
  std::unique_ptr<EmbeddedAgent> embedded_;
  AgentInbox inbox_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<RunAgent*> agents_;
  std::deque<AgentEvent> changes_;  // judged, and not handed out yet
  uint64_t next_ping_ = 1;
  int64_t judged_ns_ = 0;
  AgentRejoiner rejoiner_;
};

}  // namespace monsoon
