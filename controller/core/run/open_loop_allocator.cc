#include "controller/core/run/open_loop_allocator.h"

#include <algorithm>

namespace monsoon {
namespace {

std::vector<int64_t> Shares(const std::vector<AgentState>& agents) {
  std::vector<int64_t> shares;
  for (const AgentState& agent : agents) shares.push_back(agent.working() ? agent.share : 0);
  return shares;
}

}  // namespace

OpenLoopAllocator::OpenLoopAllocator(int32_t case_index, WorkSource* source,
                                     std::vector<AgentState>* agents, int64_t lease_ns)
    : source_(*source),
      agents_(*agents),
      sender_(case_index, source),
      lead_ns_(LeadNs(lease_ns)),
      turns_(Shares(*agents)),
      queues_(agents->size()) {}

void OpenLoopAllocator::SharesChanged() {
  const std::vector<int64_t> shares = Shares(agents_);
  if (std::all_of(shares.begin(), shares.end(), [](int64_t share) { return share == 0; })) {
    return Stop();
  }
  turns_ = Turns(shares);
}

bool OpenLoopAllocator::HasRoom(size_t agent) {
  Queue& queue = queues_[agent];
  for (; queue.taken < agents_[agent].progress.started; ++queue.taken) {
    if (queue.item_bytes.empty()) break;
    queue.bytes -= queue.item_bytes.front();
    queue.item_bytes.pop_front();
  }
  if (agents_[agent].link->backlog_bytes() > kMaxBacklogBytes) return false;
  if (queue.item_bytes.empty()) return true;
  const AgentInfo& info = agents_[agent].link->info();
  return static_cast<int64_t>(queue.item_bytes.size()) < info.max_queued_work &&
         queue.bytes < info.item_cache_bytes;
}

bool OpenLoopAllocator::AnyTrusted() const {
  return std::any_of(agents_.begin(), agents_.end(),
                     [](const AgentState& agent) { return agent.trusted() && agent.share > 0; });
}

std::optional<size_t> OpenLoopAllocator::Choose(int64_t ahead_ns) {
  if (!agents_[turns_.current()].trusted()) {
    if (ahead_ns > std::min(kShortLeadNs, lead_ns_ / 2) || !AnyTrusted()) return std::nullopt;
    while (!agents_[turns_.current()].trusted()) turns_.Pass();
  }
  if (!HasRoom(turns_.current())) return std::nullopt;
  return turns_.current();
}

absl::Status OpenLoopAllocator::Allocate(int64_t since_start_ns) {
  absl::Status status;
  while (!exhausted() && source_.DueNs(next_) <= since_start_ns + lead_ns_) {
    const std::optional<size_t> who = Choose(source_.DueNs(next_) - since_start_ns);
    if (!who) break;
    const absl::StatusOr<int64_t> item_bytes = sender_.HandOut(agents_[*who], next_);
    if (!item_bytes.ok()) {
      status = item_bytes.status();
      break;
    }
    queues_[*who].item_bytes.push_back(*item_bytes);
    queues_[*who].bytes += *item_bytes;
    turns_.Pass();
    ++next_;
  }
  sender_.Flush();
  return status;
}

}  // namespace monsoon
