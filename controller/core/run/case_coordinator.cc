#include "controller/core/run/case_coordinator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/run/open_loop_allocator.h"
#include "controller/core/run/shares.h"
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
  if (std::all_of(agents_.begin(), agents_.end(), [](const AgentState& a) { return a.lost; })) {
    Reject(absl::UnavailableError(StrCat("no agent is left: the last one, ",
                                         agents_.back().link->info().name, ", was lost earlier")));
    return rejection_;
  }
  std::vector<int64_t> limits;
  for (const AgentState& agent : agents_) {
    limits.push_back(agent.active() ? agent.link->info().max_concurrency : 0);
  }
  absl::StatusOr<std::vector<int64_t>> shares =
      SplitConcurrency(order_.agent_case.concurrency, limits,
                       order_.agent_case.open_loop ? "max_in_flight" : "concurrency");
  if (!shares.ok()) {
    Reject(shares.status());
    return rejection_;
  }
  deadline_ns_ = now_ns + kPrepareTimeoutNs;
  PrepareAll(*shares);
  if (order_.agent_case.open_loop) {
    allocator_ =
        std::make_unique<OpenLoopAllocator>(order_.agent_case.case_index, order_.source, &agents_);
  }
  return absl::OkStatus();
}

void CaseCoordinator::PrepareAll(const std::vector<int64_t>& shares) {
  const auto total = static_cast<double>(order_.agent_case.concurrency);
  for (size_t i = 0; i < agents_.size(); ++i) {
    if (!agents_[i].active()) continue;
    agents_[i].share = shares[i];
    AgentCase share = order_.agent_case;
    share.concurrency = shares[i];
    // An agent without a share stands by, in a loop of either kind.
    if (shares[i] == 0) share.open_loop.reset();
    if (share.open_loop) share.open_loop->rate_per_s *= static_cast<double>(shares[i]) / total;
    agents_[i].link->Prepare(share);
  }
}

void CaseCoordinator::Handle(const AgentEvent& event, int64_t now_ns) {
  AgentState& agent = agents_[event.agent];
  const int32_t case_index = order_.agent_case.case_index;
  // Records that were on their way when an agent vanished are as good as any.
  if (agent.lost && !std::holds_alternative<RecordsEvent>(event.body)) return;
  if (const auto* ready = std::get_if<ReadyEvent>(&event.body)) {
    if (ready->case_index == case_index) OnReady(agent, *ready);
  } else if (const auto* progress = std::get_if<ProgressEvent>(&event.body)) {
    if (progress->case_index == case_index) OnProgress(agent, *progress, now_ns);
  } else if (const auto* recalled = std::get_if<RecalledEvent>(&event.body)) {
    allocator_->TakeBack(event.agent, recalled->request_indices);
  } else if (const auto* records = std::get_if<RecordsEvent>(&event.body)) {
    OnRecords(agent, *records);
  } else if (const auto* done = std::get_if<CaseDoneEvent>(&event.body)) {
    if (done->case_index == case_index) OnCaseDone(agent, *done);
  } else if (const auto* lost = std::get_if<LostEvent>(&event.body)) {
    OnLost(agent, *lost);
  }
  Advance(now_ns);
}

void CaseCoordinator::Tick(int64_t now_ns) {
  if ((state_ == State::kPreparing || state_ == State::kPrefetching) && now_ns > deadline_ns_) {
    Reject(absl::DeadlineExceededError(StrCat("not ready after ", kPrepareTimeoutNs / 1'000'000'000,
                                              " s: ", LateAgents(), "; see that agent's log")));
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
    for (const RequestRecord& record : records.records) {
      agent.unreported.erase(record.request_index);
    }
  }
  agent.link->Acknowledge(records.sequence);
}

void CaseCoordinator::OnCaseDone(AgentState& agent, const CaseDoneEvent& done) {
  agent.facts = done;
  if (done.gave_up.empty() || state_ == State::kStopping) return;
  const std::string sentence =
      StrCat("agent ", agent.link->info().name, " gave the case up: ", done.gave_up);
  if (state_ == State::kPreparing || state_ == State::kPrefetching) {
    Reject(absl::FailedPreconditionError(sentence));
    return;
  }
  incomplete_reasons_.push_back(sentence);
  StopAll(StopMode::kDrain);
}

void CaseCoordinator::OnLost(AgentState& agent, const LostEvent& lost) {
  agent.lost = agent.run->lost = true;
  agent.lost_reason = lost.reason;
  const std::string sentence =
      StrCat("agent ", agent.link->info().name, " was lost: ", lost.reason);
  if (state_ == State::kPreparing || state_ == State::kPrefetching) {
    Reject(absl::UnavailableError(sentence));
    return;
  }
  if (state_ == State::kEnded || (agent.facts && agent.unreported.empty())) return;
  incomplete_reasons_.push_back(sentence);
  StopAll(StopMode::kDrain);
}

void CaseCoordinator::Interrupt(StopMode mode, const std::string& reason) {
  if (state_ == State::kEnded) return;
  if (state_ == State::kPreparing || state_ == State::kPrefetching) {
    Reject(absl::CancelledError(reason));
    return;
  }
  if (state_ == State::kRunning) incomplete_reasons_.push_back(reason);
  StopAll(mode);
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

void CaseCoordinator::Advance(int64_t now_ns) {
  if (state_ == State::kPreparing && AllActive([](const AgentState& a) { return a.ready; })) {
    state_ = State::kPrefetching;
    Allocate(now_ns);
  }
  if (state_ == State::kPrefetching &&
      AllActive([](const AgentState& a) { return a.progress.received >= a.handed; })) {
    StartAll(now_ns);
  }
  EndGrace(now_ns);
  if (state_ == State::kRunning) {
    Allocate(now_ns);
    if (allocator_->exhausted() && AllActive([](const AgentState& a) {
          return a.outstanding() == 0 && a.recall_pending == 0;
        })) {
      FinishAll();
    }
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

void CaseCoordinator::StartAll(int64_t now_ns) {
  int64_t slowest_ns = 0;
  for (const AgentState& agent : agents_) {
    if (agent.active()) slowest_ns = std::max(slowest_ns, agent.round_trip_ns());
  }
  start_ns_ = now_ns + kStartLeadNs + 4 * slowest_ns;
  for (AgentState& agent : agents_) {
    if (!agent.active()) continue;
    agent.link->Start(order_.agent_case.case_index,
                      *start_ns_ + agent.run->clock.offset_ns(now_ns));
  }
  state_ = State::kRunning;
}

void CaseCoordinator::FinishAll() {
  state_ = State::kFinishing;
  for (AgentState& agent : agents_) {
    if (agent.active()) agent.link->FinishCase(order_.agent_case.case_index);
  }
}

CaseCoordinator::Totals CaseCoordinator::totals() const {
  Totals totals;
  totals.total = static_cast<int64_t>(order_.source->total());
  for (const AgentState& agent : agents_) {
    totals.started += agent.progress.started;
    totals.finished += agent.progress.finished;
    if (agent.active()) totals.in_flight += agent.progress.in_flight;
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
    if (agent.active() && late) names.push_back(agent.link->info().name);
  }
  return absl::StrJoin(names, ", ");
}

}  // namespace monsoon
