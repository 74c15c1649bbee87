#include "controller/core/run/case_coordinator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "controller/core/run/open_loop_allocator.h"
#include "controller/core/run/work_allocator.h"

namespace monsoon {
namespace {

std::vector<AgentState> MakeStates(const std::vector<RunAgent*>& agents) {
  std::vector<AgentState> states;
  for (RunAgent* agent : agents) states.emplace_back(agent);
  return states;
}

}  // namespace

CaseCoordinator::CaseCoordinator(CaseOrder order, const std::vector<RunAgent*>& agents)
    : order_(std::move(order)),
      agents_(MakeStates(agents)),
      allocator_(
          std::make_unique<WorkAllocator>(order_.agent_case.case_index, order_.source, &agents_)) {}

absl::Status CaseCoordinator::Begin(int64_t now_ns) {
  now_ns_ = now_ns;
  if (NobodyWorks()) {
    Reject(absl::UnavailableError(StrCat("no agent is left: the last one, ",
                                         agents_.back().link->info().name, ", was lost earlier")));
    return rejection_;
  }
  absl::StatusOr<std::vector<int64_t>> shares =
      SplitConcurrency(order_.agent_case.concurrency, Carriers(),
                       order_.agent_case.open_loop ? "max_in_flight" : "concurrency");
  if (!shares.ok()) {
    Reject(shares.status());
    return rejection_;
  }
  deadline_ns_ = now_ns + kPrepareTimeoutNs;
  PrepareAll(*shares);
  if (order_.agent_case.open_loop) {
    allocator_ = std::make_unique<OpenLoopAllocator>(order_.agent_case.case_index, order_.source,
                                                     &agents_, order_.lease_ns);
  }
  return absl::OkStatus();
}

std::vector<Carrier> CaseCoordinator::Carriers() const {
  std::vector<Carrier> carriers;
  for (const AgentState& agent : agents_) {
    carriers.push_back(
        {agent.working() ? agent.link->info().max_concurrency : 0, agent.run->weight});
  }
  return carriers;
}

void CaseCoordinator::PrepareAll(const std::vector<int64_t>& shares) {
  const auto total = static_cast<double>(order_.agent_case.concurrency);
  for (size_t i = 0; i < agents_.size(); ++i) {
    if (!agents_[i].active()) continue;
    agents_[i].share = agents_[i].start_share = shares[i];
    AgentCase share = order_.agent_case;
    share.concurrency = shares[i];
    // An agent without a share stands by, in a loop of either kind.
    if (shares[i] == 0) share.open_loop.reset();
    if (share.open_loop) {
      share.open_loop->rate_per_s *= static_cast<double>(shares[i]) / total;
      agents_[i].rate = share.open_loop->rate_per_s;
    }
    agents_[i].link->Prepare(share);
  }
}

void CaseCoordinator::Handle(const AgentEvent& event, int64_t now_ns) {
  now_ns_ = now_ns;
  // One that was started again meanwhile serves the cases that follow.
  if (event.agent >= agents_.size()) return;
  AgentState& agent = agents_[event.agent];
  if (std::holds_alternative<RejoinedEvent>(event.body)) agent.run->lost = false;
  // Records that were on their way when an agent vanished are as good as any.
  if (agent.lost && !std::holds_alternative<RecordsEvent>(event.body)) return;
  const int32_t case_index = order_.agent_case.case_index;
  if (const auto* ready = std::get_if<ReadyEvent>(&event.body)) {
    if (ready->case_index == case_index) OnReady(agent, *ready);
  } else if (const auto* progress = std::get_if<ProgressEvent>(&event.body)) {
    if (progress->case_index == case_index) OnProgress(agent, *progress, now_ns);
  } else if (const auto* recalled = std::get_if<RecalledEvent>(&event.body)) {
    // Unasked, it answers an earlier case, in which the agent was lost.
    if (agent.recall_pending > 0) allocator_->TakeBack(event.agent, recalled->request_indices);
  } else if (const auto* records = std::get_if<RecordsEvent>(&event.body)) {
    OnRecords(agent, *records);
  } else if (const auto* done = std::get_if<CaseDoneEvent>(&event.body)) {
    if (done->case_index == case_index) OnCaseDone(agent, *done, now_ns);
  } else if (const auto* lost = std::get_if<LostEvent>(&event.body)) {
    OnLost(agent, *lost, now_ns);
  } else if (std::holds_alternative<SuspectedEvent>(event.body)) {
    agent.SetSuspected(true, now_ns);
    DropSuspected(now_ns);
  } else if (std::holds_alternative<RecoveredEvent>(event.body)) {
    agent.SetSuspected(false, now_ns);
  }
  Advance(now_ns);
}

void CaseCoordinator::Tick(int64_t now_ns) {
  now_ns_ = now_ns;
  if (before_start() && now_ns > deadline_ns_) {
    Reject(absl::DeadlineExceededError(StrCat("not ready after ", kPrepareTimeoutNs / 1'000'000'000,
                                              " s: ", LateAgents(), "; see that agent's log")));
  }
  for (AgentState& agent : agents_) {
    if (agent.active()) agent.clock.Follow(agent.run->clock, now_ns);
  }
  Advance(now_ns);
}

void CaseCoordinator::OnReady(AgentState& agent, const ReadyEvent& ready) {
  if (!ready.error.empty()) {
    Reject(absl::FailedPreconditionError(
        StrCat("agent ", agent.link->info().name, " is not ready: ", ready.error)));
    return;
  }
  agent.ready = true;
  agent.engine_address = ready.engine_address;
}

void CaseCoordinator::OnProgress(AgentState& agent, const ProgressEvent& progress, int64_t now_ns) {
  agent.progress = progress;
  agent.UpdateRate(now_ns);
}

void CaseCoordinator::OnRecords(AgentState& agent, const RecordsEvent& records) {
  agent.run->last_sequence = std::max(agent.run->last_sequence, records.sequence);
  if (records.case_index == order_.agent_case.case_index) {
    for (const RequestRecord& record : records.records) agent.Take(record);
  }
  agent.link->Acknowledge(records.sequence);
}

void CaseCoordinator::Interrupt(StopMode mode, const std::string& reason) {
  if (state_ == State::kEnded) return;
  interrupted_ = interrupted_ || state_ != State::kFinishing;
  if (before_start()) {
    Reject(absl::CancelledError(reason));
    return;
  }
  if (state_ == State::kRunning) incomplete_reasons_.push_back(reason);
  StopAll(mode);
  broken_off_ = mode == StopMode::kCancel;
  DropSuspected(now_ns_);
}

void CaseCoordinator::StopAll(StopMode mode) {
  if (state_ == State::kRunning) state_ = State::kStopping;
  allocator_->Stop();
  for (AgentState& agent : agents_) {
    if (agent.active() && !agent.facts) agent.link->Stop(order_.agent_case.case_index, mode);
  }
}

void CaseCoordinator::Reject(absl::Status status) {
  rejection_ = std::move(status);
  StopAll(StopMode::kCancel);
  state_ = State::kEnded;
}

void CaseCoordinator::Allocate(int64_t now_ns) {
  const absl::Status status = allocator_->Allocate(start_ns_ ? now_ns - *start_ns_ : 0);
  if (status.ok()) return;
  if (state_ == State::kRunning) {
    incomplete_reasons_.push_back(StrCat("no more work could be read: ", ToStd(status.message())));
    StopAll(StopMode::kDrain);
  } else {
    Reject(absl::FailedPreconditionError(status.message()));
  }
}

bool CaseCoordinator::AllActive(bool (*predicate)(const AgentState&)) const {
  return std::all_of(agents_.begin(), agents_.end(), [predicate](const AgentState& agent) {
    return !agent.active() || predicate(agent);
  });
}

bool CaseCoordinator::NobodyWorks() const {
  return std::none_of(agents_.begin(), agents_.end(),
                      [](const AgentState& agent) { return agent.working(); });
}

void CaseCoordinator::Advance(int64_t now_ns) {
  if (state_ == State::kPreparing && AllActive([](const AgentState& a) { return a.ready; })) {
    state_ = State::kPrefetching;
  }
  if (state_ == State::kPrefetching) Allocate(now_ns);
  if (state_ == State::kPrefetching && AllActive([](const AgentState& a) {
        return !a.suspected && a.progress.received >= a.handed &&
               a.link->backlog_bytes() <= Allocator::kMaxBacklogBytes;
      })) {
    StartAll(now_ns);
  }
  EndGrace(now_ns);
  if (state_ == State::kRunning) {
    TakeBackFromThoseWhoGaveUp();
    Allocate(now_ns);
  }
  if (state_ == State::kRunning && allocator_->exhausted() && AllActive([](const AgentState& a) {
        return a.gave_up ? a.complete() : a.outstanding() == 0 && a.recall_pending == 0;
      })) {
    FinishAll();
  }
  if ((state_ == State::kFinishing || state_ == State::kStopping) &&
      AllActive([](const AgentState& a) { return a.complete(); })) {
    state_ = State::kEnded;
  }
}

void CaseCoordinator::EndGrace(int64_t now_ns) {
  if (state_ != State::kRunning || !order_.cancel_after_ns) return;
  if (now_ns < *start_ns_ + *order_.cancel_after_ns) return;
  incomplete_reasons_.push_back(
      "The grace period after the duration was over while requests were in flight; they were "
      "cancelled. Ask for less load, or set a longer `grace`.");
  StopAll(StopMode::kCancel);
}

absl::Status CaseCoordinator::CheckClocks(int64_t now_ns) const {
  for (const AgentState& agent : agents_) {
    if (!agent.active() || !agent.run->clock.known()) continue;
    const int64_t bound_ns = agent.run->clock.bound_ns(now_ns);
    if (bound_ns <= order_.max_start_skew_ns) continue;
    return absl::FailedPreconditionError(absl::StrFormat(
        "no start: the clock of agent %s is known to +- %.3g ms only, and max_start_skew is %.3g "
        "ms. The shortest of the last pings took %.3g ms: bring controller and agent nearer to "
        "each other, or set a larger `max_start_skew`",
        agent.link->info().name, ToSeconds(bound_ns) * 1e3,
        ToSeconds(order_.max_start_skew_ns) * 1e3, ToSeconds(agent.round_trip_ns()) * 1e3));
  }
  return absl::OkStatus();
}

void CaseCoordinator::StartAll(int64_t now_ns) {
  if (absl::Status clocks = CheckClocks(now_ns); !clocks.ok()) return Reject(std::move(clocks));
  int64_t slowest_ns = 0;
  for (const AgentState& agent : agents_) {
    if (agent.active()) slowest_ns = std::max(slowest_ns, agent.round_trip_ns());
  }
  start_ns_ = now_ns + kStartLeadNs + 4 * slowest_ns;
  for (AgentState& agent : agents_) {
    if (!agent.active()) continue;
    if (agent.run->clock.known()) agent.clock.Fix(agent.run->clock, now_ns);
    agent.link->Start(order_.agent_case.case_index, *start_ns_ + agent.clock.offset_ns());
  }
  state_ = State::kRunning;
}

void CaseCoordinator::FinishAll() {
  state_ = State::kFinishing;
  for (AgentState& agent : agents_) {
    if (agent.working()) agent.link->FinishCase(order_.agent_case.case_index);
  }
}

CaseCoordinator::Totals CaseCoordinator::totals() const {
  Totals totals;
  totals.total = static_cast<int64_t>(order_.source->total());
  for (const AgentState& agent : agents_) {
    totals.started += agent.progress.started;
    totals.finished += agent.progress.finished;
    if (agent.working()) totals.in_flight += agent.progress.in_flight;
    totals.starved_slot_ns += agent.progress.starved_slot_ns;
  }
  return totals;
}

std::vector<uint64_t> CaseCoordinator::LostRequests(size_t agent) const {
  std::vector<uint64_t> indices(agents_[agent].unreported.begin(), agents_[agent].unreported.end());
  std::sort(indices.begin(), indices.end());
  return indices;
}

std::string CaseCoordinator::LateAgents() const {
  std::vector<std::string> names;
  for (const AgentState& agent : agents_) {
    const bool late =
        state_ == State::kPreparing ? !agent.ready : agent.progress.received < agent.handed;
    if (agent.active() && (late || agent.suspected)) names.push_back(agent.link->info().name);
  }
  return absl::StrJoin(names, ", ");
}

}  // namespace monsoon
