// AgentStatus: how an agent is at this moment, and what it has done since it was started; made from
// what an AgentObserver hears. Plain values; pure, not thread-safe (agent/io/watch guards one).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/operate/agent_observer.h"
#include "agent/core/operate/load_counts.h"

namespace monsoon {

struct AgentStatus {
  // A controller that pings every second and was not heard for this long is silent.
  static constexpr int64_t kSilentAfterNs = 3'000'000'000;

  std::string run_id;  // empty: none holds this agent, or waits for its controller
  std::string controller;
  bool draining = false;
  bool controller_silent = false;
  bool lease_lost = false;  // of the run that is going on
  SessionLive session;      // of that run, as last told; all zero while idle
  LoadCounts past;          // of cases that have ended
  uint64_t runs_taken = 0;
  uint64_t refusals = 0;
  uint64_t cases_ended = 0;
  uint64_t leases_lost = 0;
  uint64_t resumptions = 0;
  uint64_t spills_failed = 0;

  // A run holds the agent. One whose lease has run out and whose case has ended does not: whoever
  // comes next gets it.
  bool busy() const { return !run_id.empty() && (!lease_lost || session.live.has_value()); }
  // Since the start of the process, the case that is running included.
  LoadCounts totals() const;
  uint64_t in_flight() const;
  // What is left of the controller's word; 0: none.
  int64_t lease_left_ns() const;

  void Apply(const ServiceEvent& event);
  // Takes the new state and says what follows from it: that the controller fell silent, was heard
  // again, that the lease has run out, or that records went to disk.
  std::vector<ServiceEvent> Take(const SessionLive& now);
};

// One line for `systemctl status`: "idle", "run r1 case 2: 512 in flight, 1234 done".
std::string DescribeStatus(const AgentStatus& status);

}  // namespace monsoon
