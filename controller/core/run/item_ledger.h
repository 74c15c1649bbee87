// ItemLedger: the controller's knowledge of which items one agent holds, so that data travels once
// and the agent's cache is never overrun. Pure.
#pragma once

#include <cstdint>
#include <list>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "common/model/item.h"

namespace monsoon {

class ItemLedger {
 public:
  explicit ItemLedger(int64_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

  // What to do before work that names an item of `size_bytes` may be sent.
  struct Plan {
    bool send = false;         // the agent lacks it
    std::vector<ItemId> drop;  // to make room, least recently used first
  };
  // Notes that the item is used once more. The agent builds the request when the work arrives, so
  // everything that was named before may be dropped.
  Plan Use(const ItemId& id, int64_t size_bytes);

  int64_t size_bytes() const { return size_bytes_; }

 private:
  struct Entry {
    ItemId id;
    int64_t size_bytes;
  };

  int64_t capacity_bytes_;
  int64_t size_bytes_ = 0;
  std::list<Entry> by_use_;  // most recently used first
  absl::flat_hash_map<ItemId, std::list<Entry>::iterator> entries_;
};

}  // namespace monsoon
