#include "controller/core/run/work_sender.h"

#include "common/base/status_macros.h"

namespace monsoon {
namespace {

// Entries in one Work message.
constexpr size_t kWorkBatch = 256;

}  // namespace

absl::StatusOr<int64_t> WorkSender::HandOut(AgentState& agent, uint64_t request_index) {
  ASSIGN_OR_RETURN(const PlannedRequest request, source_.Get(request_index));
  const auto item_bytes = static_cast<int64_t>(request.item.content.size());
  const ItemLedger::Plan plan = agent.run->items.Use(request.item_id, item_bytes);
  std::vector<WorkEntry>& entries = pending_[&agent];
  if (plan.send) {
    // Work goes out before a drop that might concern it.
    if (!plan.drop.empty()) {
      agent.link->SendWork(case_index_, entries);
      entries.clear();
      agent.link->DropItems(plan.drop);
    }
    agent.link->SendItem(request.item_id, request.item);
  }
  entries.push_back({.request_index = request_index,
                     .item = request.item_id,
                     .warmup = request.warmup,
                     .intended_ns = source_.DueNs(request_index)});
  agent.unreported.insert(request_index);
  ++agent.handed;
  if (entries.size() >= kWorkBatch) {
    agent.link->SendWork(case_index_, entries);
    entries.clear();
  }
  return item_bytes;
}

void WorkSender::Flush() {
  for (auto& [agent, entries] : pending_) {
    if (!entries.empty()) agent->link->SendWork(case_index_, entries);
  }
  pending_.clear();
}

}  // namespace monsoon
