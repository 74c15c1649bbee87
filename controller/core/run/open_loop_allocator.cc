#include "controller/core/run/open_loop_allocator.h"

namespace monsoon {
namespace {

std::vector<int64_t> Shares(const std::vector<AgentState>& agents) {
  std::vector<int64_t> shares;
  for (const AgentState& agent : agents) shares.push_back(agent.active() ? agent.share : 0);
  return shares;
}

}  // namespace

OpenLoopAllocator::OpenLoopAllocator(int32_t case_index, WorkSource* source,
                                     std::vector<AgentState>* agents)
    : source_(*source),
      agents_(*agents),
      sender_(case_index, source),
      turns_(Shares(*agents)),
      queues_(agents->size()) {}

bool OpenLoopAllocator::HasRoom(size_t agent) {
  Queue& queue = queues_[agent];
  for (; queue.taken < agents_[agent].progress.started; ++queue.taken) {
    if (queue.item_bytes.empty()) break;
    queue.bytes -= queue.item_bytes.front();
    queue.item_bytes.pop_front();
  }
  if (queue.item_bytes.empty()) return true;
  const AgentInfo& info = agents_[agent].link->info();
  return static_cast<int64_t>(queue.item_bytes.size()) < info.max_queued_work &&
         queue.bytes < info.item_cache_bytes;
}

absl::Status OpenLoopAllocator::Allocate(int64_t since_start_ns) {
  absl::Status status;
  while (!exhausted() && source_.DueNs(next_) <= since_start_ns + kLeadNs) {
    const size_t who = turns_.current();
    if (!HasRoom(who)) break;
    const absl::StatusOr<int64_t> item_bytes = sender_.HandOut(agents_[who], next_);
    if (!item_bytes.ok()) {
      status = item_bytes.status();
      break;
    }
    queues_[who].item_bytes.push_back(*item_bytes);
    queues_[who].bytes += *item_bytes;
    turns_.Pass();
    ++next_;
  }
  sender_.Flush();
  return status;
}

std::vector<uint64_t> OpenLoopAllocator::NotHandedOut() const {
  std::vector<uint64_t> indices;
  for (uint64_t index = next_; index < source_.total(); ++index) indices.push_back(index);
  return indices;
}

}  // namespace monsoon
