// AgentObserver: what happens to an agent, told to whoever looks after it: logs, metrics, systemd.
//
// The service and the session tell; they never learn who listens. No load thread ever calls this.
// Strings may come from a peer and hold anything; none holds a secret.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "agent/core/operate/load_counts.h"

namespace monsoon {

struct RunTaken {
  std::string run_id;
  std::string controller;  // its peer address, as gRPC names it
  std::string controller_version;
  uint64_t epoch = 0;
  int64_t lease_ns = 0;
};
struct RunEnded {
  std::string run_id;
  std::string reason;      // a sentence; empty: in good order
  int64_t left_bytes = 0;  // records that nobody confirmed; they lie in the spool
};
// The Control stream broke off; the run goes on for as long as its lease lasts.
struct ControlBroken {
  std::string run_id;
  std::string reason;
};
// Its controller has taken the run up again, over a new stream.
struct RunResumed {
  std::string run_id;
  std::string controller;
};
// Records went to disk that the controller has not confirmed, the first since none lay there.
struct RecordsSpilled {
  std::string run_id;
  int64_t bytes = 0;
};
// Records could not be written to disk: they stay in memory, or, at the end of the run, are lost.
struct SpillFailed {
  std::string run_id;
  std::string error;
  bool lost = false;
};
// A controller has asked for what a run left in the spool.
struct SpoolCollected {
  std::string run_id;
  std::string controller;
  int64_t sessions = 0;   // that it was sent
  int64_t confirmed = 0;  // of them, and deleted here
};
// What a run had left in the spool, and nobody collected, is gone.
struct SpoolDeleted {
  std::string spool;  // its folder's name, which begins with the run's id
  int64_t bytes = 0;
  std::string reason;
};
// Somebody was turned away, before anything was done for it.
struct Refused {
  std::string controller;
  std::string message;
};
// gRPC's own words, of a handshake that failed, say. Strangers cause them.
struct GrpcTrouble {
  std::string message;
};
struct Inspected {
  std::string controller;
};
struct CasePrepared {
  std::string run_id;
  int32_t case_index = 0;
  std::string engine_type;
  std::string engine_address;
  int64_t concurrency = 0;
  double rate_per_s = 0;  // open loop: this agent's share of the arrivals; 0: closed loop
};
// This agent cannot carry the case.
struct CaseRejected {
  std::string run_id;
  int32_t case_index = 0;
  std::string error;
};
struct CaseStarted {
  std::string run_id;
  int32_t case_index = 0;
  int64_t starts_in_ns = 0;
};
struct CaseEnded {
  std::string run_id;
  int32_t case_index = 0;
  LoadCounts counts;
  double busy_share_max = 0;
  int64_t loop_lag_p99_ns = 0;
  std::string gave_up;  // why this agent ended it by itself; empty: it did not
};
// Nothing was heard from the controller for so long.
struct ControllerSilent {
  std::string run_id;
  int64_t silent_ns = 0;
};
struct ControllerHeard {
  std::string run_id;
  int64_t silent_ns = 0;
};
// This agent has stopped sending: the controller may count it as lost.
struct LeaseLost {
  std::string run_id;
  int64_t silent_ns = 0;
};
struct DrainBegan {
  std::string reason;  // "SIGTERM"
  int64_t timeout_ns = 0;
};

using ServiceEvent =
    std::variant<RunTaken, RunEnded, ControlBroken, RunResumed, Refused, GrpcTrouble, Inspected,
                 CasePrepared, CaseRejected, CaseStarted, CaseEnded, ControllerSilent,
                 ControllerHeard, LeaseLost, RecordsSpilled, SpillFailed, SpoolCollected,
                 SpoolDeleted, DrainBegan>;

// The case that is prepared or running.
struct CaseLive {
  int32_t case_index = 0;
  bool started = false;
  LoadCounts counts;
  uint64_t queued = 0;
  uint64_t connections = 0;
  int64_t loop_lag_max_ns = 0;
  double busy_share = 0;  // busiest load thread, in its busiest second so far
};

// A run as it stands, some hundred times a second.
struct SessionLive {
  int64_t now_ns = 0;    // monotonic, as all times here
  int64_t heard_ns = 0;  // when the controller was last heard
  int64_t lease_until_ns = 0;
  int64_t unacknowledged_bytes = 0;  // records that the controller has not confirmed
  int64_t spilled_bytes = 0;         // of these, on disk
  std::optional<CaseLive> live;
};

// Thread-safe: called from the service's threads and the session's monitor.
class AgentObserver {
 public:
  virtual ~AgentObserver() = default;
  virtual void On(const ServiceEvent& event) = 0;
  virtual void Tick(const SessionLive& session) = 0;
};

// For agents that nobody looks after.
inline AgentObserver* NoObserver() {
  class Deaf final : public AgentObserver {
    void On(const ServiceEvent& /*event*/) override {}
    void Tick(const SessionLive& /*session*/) override {}
  };
  static Deaf deaf;
  return &deaf;
}

}  // namespace monsoon
