// CaseCoordinator: runs one case over all agents: prepare -> ready from all -> prefetch -> common
// start
// -> work against credits (open loop: ahead of its time) -> finish -> everybody done and every
// record taken (design section 6).
//
// A state machine without I/O: events and the time go in, words to AgentLinks come out. The caller
// stores the records of a RecordsEvent in the database before it passes the event on, because the
// coordinator acknowledges them. One object per case; used from one thread.
//
//   CaseCoordinator run(...);
//   run.Begin(now);
//   while (!run.ended()) { run.Handle(event, now); ...; run.Tick(now); }
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "common/model/agent_case.h"
#include "controller/core/run/agent_link.h"
#include "controller/core/run/agent_state.h"
#include "controller/core/run/allocator.h"
#include "controller/core/run/work_source.h"

namespace monsoon {

// What the agents need of the case; `concurrency` and the rate of `open_loop` are the case's, to be
// split.
struct CaseOrder {
  AgentCase agent_case;
  WorkSource* source = nullptr;
  // When whatever is still in flight is broken off, since the start: the end of a duration stop's
  // grace period. nullopt: never.
  std::optional<int64_t> cancel_after_ns;
};

class CaseCoordinator {
 public:
  enum class State {
    kPreparing,    // waiting for Ready from all
    kPrefetching,  // waiting until the first work has arrived everywhere
    kRunning,
    kStopping,   // asked to end early, waiting for CaseDone
    kFinishing,  // all work is finished, waiting for CaseDone
    kEnded
  };

  // Numbers for the progress display.
  struct Totals {
    int64_t total = 0;
    int64_t started = 0;
    int64_t finished = 0;
    int64_t in_flight = 0;
    int64_t starved_slot_ns = 0;
  };

  // `agents` outlive the coordinator; their order is that of AgentEvent::agent.
  CaseCoordinator(CaseOrder order, const std::vector<RunAgent*>& agents);

  // An error means that nothing was or will be sent to the engine.
  absl::Status Begin(int64_t now_ns);
  // `event.agent` is an index into `agents`. Events of another case are ignored.
  void Handle(const AgentEvent& event, int64_t now_ns);
  // Deadlines; call at least every 100 ms.
  void Tick(int64_t now_ns);
  // The user wants it to end: let what is in flight finish, or break it off.
  void Interrupt(StopMode mode, const std::string& reason);

  State state() const { return state_; }
  bool ended() const { return state_ == State::kEnded; }
  // Not OK: the case was rejected before any load, for this reason.
  const absl::Status& rejection() const { return rejection_; }
  // Sentences; empty when the case ran whole.
  const std::vector<std::string>& incomplete_reasons() const { return incomplete_reasons_; }

  // The common start on the controller's clock; nullopt before the state is kRunning.
  std::optional<int64_t> start_ns() const { return start_ns_; }
  Totals totals() const;
  const std::vector<AgentState>& agents() const { return agents_; }
  // After the end: requests that were handed to an agent which vanished, and those never handed
  // out.
  std::vector<uint64_t> LostRequests(size_t agent) const;
  std::vector<uint64_t> NotSentRequests() const { return allocator_->NotHandedOut(); }

 private:
  // Time from the decision to the common start, besides four round trips.
  static constexpr int64_t kStartLeadNs = 100'000'000;
  static constexpr int64_t kPrepareTimeoutNs = 60'000'000'000;

  void OnReady(AgentState& agent, const ReadyEvent& ready);
  void OnProgress(AgentState& agent, const ProgressEvent& progress, int64_t now_ns);
  void OnRecords(AgentState& agent, const RecordsEvent& records);
  void OnCaseDone(AgentState& agent, const CaseDoneEvent& done);
  void OnLost(AgentState& agent, const LostEvent& lost);

  void PrepareAll(const std::vector<int64_t>& shares);
  void Advance(int64_t now_ns);
  void Allocate(int64_t now_ns);
  void EndGrace(int64_t now_ns);
  void StartAll(int64_t now_ns);
  void FinishAll();
  void StopAll(StopMode mode);
  void Reject(absl::Status status);
  bool AllActive(bool (*predicate)(const AgentState&)) const;
  std::string LateAgents() const;

  const CaseOrder order_;
  std::vector<AgentState> agents_;
  std::unique_ptr<Allocator> allocator_;
  State state_ = State::kPreparing;
  absl::Status rejection_;
  std::vector<std::string> incomplete_reasons_;
  std::optional<int64_t> start_ns_;
  int64_t deadline_ns_ = 0;  // of kPreparing and kPrefetching
};

}  // namespace monsoon
