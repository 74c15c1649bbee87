#include "controller/core/run/item_ledger.h"

namespace monsoon {

ItemLedger::Plan ItemLedger::Use(const ItemId& id, int64_t size_bytes) {
  Plan plan;
  const auto found = entries_.find(id);
  if (found != entries_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return plan;
  }
  plan.send = true;
  while (!by_use_.empty() && size_bytes_ + size_bytes > capacity_bytes_) {
    const Entry& oldest = by_use_.back();
    plan.drop.push_back(oldest.id);
    size_bytes_ -= oldest.size_bytes;
    entries_.erase(oldest.id);
    by_use_.pop_back();
  }
  by_use_.push_front({id, size_bytes});
  entries_.emplace(id, by_use_.begin());
  size_bytes_ += size_bytes;
  return plan;
}

}  // namespace monsoon
