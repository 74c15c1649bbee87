// CaseCoordinator: agents that do not carry a case to its end.
#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"

#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "controller/core/run/case_coordinator.h"

namespace monsoon {
namespace {

// Whose loss moves nothing: nothing of it is missing, or the others got its share when it gave up.
bool IsSettled(const AgentState& agent) {
  return agent.gave_up || (agent.facts && agent.unreported.empty());
}

}  // namespace

void CaseCoordinator::OnCaseDone(AgentState& agent, const CaseDoneEvent& done, int64_t now_ns) {
  agent.facts = done;
  if (done.gave_up.empty() || state_ == State::kStopping) return;
  if (before_start()) {
    Reject(absl::FailedPreconditionError(
        StrCat("agent ", agent.link->info().name, " gave the case up: ", done.gave_up)));
    return;
  }
  agent.gave_up = true;
  LoseWhileRunning(agent, done.gave_up, now_ns);
}

void CaseCoordinator::OnLost(AgentState& agent, const LostEvent& lost, int64_t now_ns) {
  agent.SetSuspected(false, now_ns);
  agent.run->lost = true;
  if (agent.complete()) return;  // it owes this case nothing
  agent.lost = true;
  agent.lost_reason = lost.reason;
  if (before_start()) return LoseBeforeTheStart(agent);
  if (state_ == State::kEnded || IsSettled(agent)) return;
  LoseWhileRunning(agent, lost.reason, now_ns);
}

// Nothing of the case was sent yet, so nothing is lost, and the others can do all of it, if they
// can carry all of it. What an open loop has handed to it has its order and cannot move.
void CaseCoordinator::LoseBeforeTheStart(AgentState& agent) {
  const bool can_move = !order_.agent_case.open_loop || agent.handed == 0;
  const bool go_on = order_.on_agent_loss == OnAgentLoss::kContinue && can_move && !NobodyWorks();
  if (go_on && GiveShareToOthers(agent) == order_.agent_case.concurrency) {
    const auto index = static_cast<size_t>(&agent - agents_.data());
    allocator_->TakeBack(index, LostRequests(index));
    return;
  }
  Reject(absl::UnavailableError(
      StrCat("agent ", agent.link->info().name, " was lost: ", agent.lost_reason)));
}

void CaseCoordinator::LoseWhileRunning(AgentState& agent, const std::string& reason,
                                       int64_t now_ns) {
  CaseLoss loss{.agent = static_cast<size_t>(&agent - agents_.data()),
                .after_start_ns = std::max<int64_t>(now_ns - *start_ns_, 0),
                .reason = reason};
  const bool was_running = state_ == State::kRunning;
  if (was_running && order_.on_agent_loss == OnAgentLoss::kContinue) {
    loss.concurrency = GiveShareToOthers(agent);
    loss.others = std::count_if(agents_.begin(), agents_.end(), [](const AgentState& other) {
      return other.working() && other.share > 0;
    });
    if (loss.others == 0) StopAll(StopMode::kDrain);
  } else {
    loss.aborted = true;
    if (was_running) {
      aborted_ = true;
      StopAll(StopMode::kDrain);
    }
  }
  incomplete_reasons_.push_back(std::move(loss));
}

// Returns what the others now carry together.
int64_t CaseCoordinator::GiveShareToOthers(AgentState& agent) {
  std::vector<Carrier> carriers = Carriers();
  std::vector<int64_t> shares;
  int64_t carried = 0;
  for (size_t i = 0; i < agents_.size(); ++i) {
    // One that stands by was prepared without an open loop.
    if (order_.agent_case.open_loop && agents_[i].share == 0) carriers[i].limit = 0;
    shares.push_back(agents_[i].working() ? agents_[i].share : 0);
    carried += shares.back();
  }
  const std::vector<int64_t> more = SplitLost(agent.share, shares, carriers);
  for (const int64_t share : more) carried += share;
  for (size_t i = 0; i < agents_.size(); ++i) {
    AgentState& other = agents_[i];
    if (!other.working() || shares[i] + more[i] == 0) continue;
    other.share = shares[i] + more[i];
    if (order_.agent_case.open_loop) {
      other.rate = order_.agent_case.open_loop->rate_per_s * static_cast<double>(other.share) /
                   static_cast<double>(carried);
    }
    if (more[i] == 0 && !order_.agent_case.open_loop) continue;
    other.link->Resize(order_.agent_case.case_index, other.share, other.rate);
  }
  allocator_->SharesChanged();
  return carried;
}

// Nobody waits for a lease to end when the user wants to go.
void CaseCoordinator::DropSuspected(int64_t now_ns) {
  if (!broken_off_) return;
  for (AgentState& agent : agents_) {
    if (!agent.active() || !agent.suspected || agent.complete()) continue;
    agent.lost = true;
    agent.SetSuspected(false, now_ns);
    agent.run->suspected = true;
    agent.lost_reason = "it was silent when the run was broken off";
    if (IsSettled(agent)) continue;
    LoseWhileRunning(agent, agent.lost_reason, now_ns);
  }
}

// Work that crossed an agent's CaseDone was never sent. An open loop's time for it has passed.
void CaseCoordinator::TakeBackFromThoseWhoGaveUp() {
  if (order_.agent_case.open_loop) return;
  for (size_t i = 0; i < agents_.size(); ++i) {
    const AgentState& agent = agents_[i];
    if (!agent.gave_up || agent.lost || !agent.complete() || agent.unreported.empty()) continue;
    allocator_->TakeBack(i, LostRequests(i));
  }
}

bool CaseCoordinator::MayHaveBegun(size_t agent) const {
  // Of a case that was stopped, an agent that is still there has said all that it began.
  const bool stopped = !rejection_.ok() || !incomplete_reasons_.empty();
  return start_ns_.has_value() && (agents_[agent].lost || !stopped);
}

std::vector<std::string> CaseCoordinator::incomplete_reasons() const {
  const AskedLoad asked{.concurrency = order_.agent_case.concurrency,
                        .open = order_.agent_case.open_loop.has_value()};
  std::vector<std::string> sentences;
  for (size_t i = 0; i < incomplete_reasons_.size(); ++i) {
    const bool last = i + 1 == incomplete_reasons_.size();
    const auto* loss = std::get_if<CaseLoss>(&incomplete_reasons_[i]);
    sentences.push_back(loss == nullptr ? std::get<std::string>(incomplete_reasons_[i])
                                        : LossSentence(*loss, agents_[loss->agent], asked, last));
  }
  return sentences;
}

std::vector<std::string> CaseCoordinator::warnings() const {
  std::vector<std::string> sentences;
  for (const AgentState& agent : agents_) {
    if (!agent.active() || agent.rate <= 0) continue;
    const AgentInfo& info = agent.link->info();
    const double ahead_s = static_cast<double>(info.max_queued_work) / agent.rate;
    if (ahead_s >= ToSeconds(order_.lease_ns)) continue;
    sentences.push_back(absl::StrFormat(
        "agent %s can be handed no more than %d requests ahead of their time, %.1f s of its share "
        "of %.0f requests/s: a controller that stands still for longer delays them, although the "
        "lease is %.0f s. Use more agents for this rate",
        info.name, info.max_queued_work, ahead_s, agent.rate, ToSeconds(order_.lease_ns)));
  }
  return sentences;
}

int64_t CaseCoordinator::first_send_skew_ns() const {
  std::vector<FirstSend> first_sends;
  for (const AgentState& agent : agents_) {
    if (agent.start_share > 0) first_sends.push_back(agent.first_send);
  }
  return SkewOf(first_sends);
}

int64_t CaseCoordinator::first_send_skew_bound_ns() const {
  std::vector<int64_t> bounds(2);
  for (const AgentState& agent : agents_) {
    if (agent.start_share > 0 && agent.first_send.known()) bounds.push_back(agent.clock.bound_ns());
  }
  std::sort(bounds.rbegin(), bounds.rend());
  return bounds[0] + bounds[1];
}

}  // namespace monsoon
