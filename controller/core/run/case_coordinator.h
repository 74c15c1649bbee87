// CaseCoordinator: runs one case over all agents: prepare -> ready from all -> prefetch -> common
// start -> work against credits (open loop: ahead of its time) -> finish -> everybody done and
// every record taken (design section 6).
//
// An agent that is suspected gets no new work. One that is lost, or that gives the case up, is not
// waited for: with OnAgentLoss::kContinue its share goes to the others as far as they can carry it,
// and they do the work that it was never handed; what it was handed and did not report is lost, and
// is never handed out again.
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
#include "controller/core/load/on_agent_loss.h"
#include "controller/core/run/agent_link.h"
#include "controller/core/run/agent_state.h"
#include "controller/core/run/allocator.h"
#include "controller/core/run/case_losses.h"
#include "controller/core/run/shares.h"
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
  OnAgentLoss on_agent_loss = OnAgentLoss::kContinue;
  int64_t lease_ns = 10'000'000'000;
  // No start when an agent's clock is not known as exactly as this.
  int64_t max_start_skew_ns = 100'000'000;
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
  // Sentences; empty when the case ran whole. Their numbers are right once it has ended.
  std::vector<std::string> incomplete_reasons() const;
  // Interrupt() came before everything was answered, so that it changed the case.
  bool interrupted() const { return interrupted_; }
  // An agent was lost, and OnAgentLoss::kAbort stopped the case.
  bool aborted() const { return aborted_; }
  // Sentences for the user, after Begin().
  std::vector<std::string> warnings() const;

  // The common start on the controller's clock; nullopt before the state is kRunning.
  std::optional<int64_t> start_ns() const { return start_ns_; }
  Totals totals() const;
  const std::vector<AgentState>& agents() const { return agents_; }
  // After the end: requests that were handed to an agent and that it did not report, in order, and
  // those never handed out.
  std::vector<uint64_t> LostRequests(size_t agent) const;
  // Whether it may have begun those, so that they are lost; else they were not sent, for certain.
  bool MayHaveBegun(size_t agent) const;
  IndexRanges NotSentRequests() const { return allocator_->NotHandedOut(); }
  // Between the first sends of the agents; kNever with fewer than two. And how much of that may be
  // the clocks' (the two largest bounds).
  int64_t first_send_skew_ns() const;
  int64_t first_send_skew_bound_ns() const;

 private:
  // Time from the decision to the common start, besides four round trips.
  static constexpr int64_t kStartLeadNs = 100'000'000;
  static constexpr int64_t kPrepareTimeoutNs = 60'000'000'000;

  void OnReady(AgentState& agent, const ReadyEvent& ready);
  void OnProgress(AgentState& agent, const ProgressEvent& progress, int64_t now_ns);
  void OnRecords(AgentState& agent, const RecordsEvent& records);
  void OnCaseDone(AgentState& agent, const CaseDoneEvent& done, int64_t now_ns);
  void OnLost(AgentState& agent, const LostEvent& lost, int64_t now_ns);

  // case_coordinator_losses.cc
  void LoseBeforeTheStart(AgentState& agent);
  void LoseWhileRunning(AgentState& agent, const std::string& reason, int64_t now_ns);
  int64_t GiveShareToOthers(AgentState& agent);
  void DropSuspected(int64_t now_ns);
  void TakeBackFromThoseWhoGaveUp();

  bool before_start() const { return state_ == State::kPreparing || state_ == State::kPrefetching; }
  std::vector<Carrier> Carriers() const;
  void PrepareAll(const std::vector<int64_t>& shares);
  void Advance(int64_t now_ns);
  void Allocate(int64_t now_ns);
  void EndGrace(int64_t now_ns);
  void StartAll(int64_t now_ns);
  absl::Status CheckClocks(int64_t now_ns) const;
  void FinishAll();
  void StopAll(StopMode mode);
  void Reject(absl::Status status);
  bool AllActive(bool (*predicate)(const AgentState&)) const;
  bool NobodyWorks() const;
  std::string LateAgents() const;

  const CaseOrder order_;
  std::vector<AgentState> agents_;
  std::unique_ptr<Allocator> allocator_;
  State state_ = State::kPreparing;
  absl::Status rejection_;
  std::vector<IncompleteReason> incomplete_reasons_;
  bool aborted_ = false;
  bool interrupted_ = false;
  bool broken_off_ = false;  // by the user
  std::optional<int64_t> start_ns_;
  int64_t deadline_ns_ = 0;  // of kPreparing and kPrefetching
  int64_t now_ns_ = 0;       // of the latest call
};

}  // namespace monsoon
