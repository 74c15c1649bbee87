#include "controller/core/run/work_allocator.h"

#include <algorithm>
#include <cmath>

#include "common/time/clock.h"

namespace monsoon {
namespace {

// For very short answers: until rates are known, and afterwards.
constexpr int64_t kFirstPrefetch = 256;
constexpr int64_t kMinPrefetch = 16;
constexpr int64_t kSettledAfterNs = kNsPerS;
// Progress comes at least this often when an agent runs low; a recall takes a round trip besides.
constexpr double kProgressDelayS = 0.05;

// Requests that the agent will finish while work for it is on its way.
int64_t Lookahead(const AgentState& agent) {
  const double seconds = 2 * ToSeconds(agent.round_trip_ns()) + kProgressDelayS;
  return static_cast<int64_t>(std::ceil(agent.rate_per_s * seconds));
}

double Fill(const AgentState& agent) {
  return static_cast<double>(agent.outstanding()) / static_cast<double>(agent.share);
}

}  // namespace

WorkAllocator::WorkAllocator(int32_t case_index, WorkSource* source,
                             std::vector<AgentState>* agents)
    : source_(*source), agents_(*agents), sender_(case_index, source) {}

int64_t WorkAllocator::Target(const AgentState& agent) const {
  // What comes back near the end goes where a slot is about to be free, and only as much as that.
  if (next_ == source_.total()) return agent.share + Lookahead(agent);
  const double horizon_s = std::max(1.0, 2 * ToSeconds(agent.round_trip_ns()));
  const auto prefetch = static_cast<int64_t>(std::ceil(agent.rate_per_s * horizon_s));
  const int64_t least = settled_ ? kMinPrefetch : kFirstPrefetch;
  const int64_t target = agent.share + std::max({prefetch, least, agent.share});
  return std::min(target, agent.link->info().max_queued_work);
}

AgentState* WorkAllocator::Neediest() {
  AgentState* neediest = nullptr;
  for (AgentState& agent : agents_) {
    if (!agent.trusted() || agent.share == 0 || agent.outstanding() >= Target(agent)) continue;
    if (agent.link->backlog_bytes() > kMaxBacklogBytes) continue;
    if (neediest == nullptr || Fill(agent) < Fill(*neediest)) neediest = &agent;
  }
  return neediest;
}

absl::Status WorkAllocator::Allocate(int64_t since_start_ns) {
  settled_ = settled_ || since_start_ns >= kSettledAfterNs;
  while (!exhausted()) {
    AgentState* agent = Neediest();
    if (agent == nullptr) break;
    uint64_t request_index = next_;
    if (!returned_.empty()) {
      request_index = returned_.front();
      returned_.pop_front();
    } else {
      ++next_;
    }
    if (const auto item_bytes = sender_.HandOut(*agent, request_index); !item_bytes.ok()) {
      returned_.push_front(request_index);
      sender_.Flush();
      return item_bytes.status();
    }
  }
  sender_.Flush();
  if (stopped_) return absl::OkStatus();
  next_ == source_.total() ? CallBackForOthers() : CallBackSurplus();
  return absl::OkStatus();
}

void WorkAllocator::CallBack(AgentState& agent, int64_t count) {
  agent.recall_pending = static_cast<uint64_t>(count);
  agent.link->Recall(agent.recall_pending);
}

void WorkAllocator::CallBackSurplus() {
  if (!settled_) return;
  for (AgentState& agent : agents_) {
    if (!agent.trusted() || agent.recall_pending > 0) continue;
    const int64_t target = Target(agent);
    // Rates vary: what is a little too much is worked off instead.
    if (agent.outstanding() > 2 * target) CallBack(agent, agent.outstanding() - target);
  }
}

void WorkAllocator::CallBackForOthers() {
  int64_t needed = 0;
  for (const AgentState& agent : agents_) {
    if (!agent.trusted()) continue;
    needed += std::max<int64_t>(agent.share + Lookahead(agent) - agent.outstanding(), 0);
    needed -= static_cast<int64_t>(agent.recall_pending);
  }
  for (AgentState& agent : agents_) {
    if (needed <= 0) return;
    if (!agent.trusted() || agent.recall_pending > 0) continue;
    const int64_t spare = agent.outstanding() - agent.share - Lookahead(agent);
    if (spare <= 0) continue;
    const int64_t count = std::min(spare, needed);
    CallBack(agent, count);
    needed -= count;
  }
}

void WorkAllocator::TakeBack(size_t agent_index, const std::vector<uint64_t>& request_indices) {
  AgentState& agent = agents_[agent_index];
  agent.recall_pending = 0;
  agent.recalled += static_cast<int64_t>(request_indices.size());
  for (const uint64_t request_index : request_indices) {
    agent.unreported.erase(request_index);
    returned_.push_back(request_index);
  }
}

IndexRanges WorkAllocator::NotHandedOut() const {
  std::vector<uint64_t> indices(returned_.begin(), returned_.end());
  std::sort(indices.begin(), indices.end());
  return MakeRanges(indices, {next_, source_.total()});
}

}  // namespace monsoon
