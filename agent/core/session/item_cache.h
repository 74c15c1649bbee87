// ItemCache: the dataset items that this agent holds, by content. The controller decides what is in
// it (it sends and drops), so there are no misses to negotiate; a work item that names an absent
// item is the controller's error and is reported as such.
//
// Not thread-safe: it belongs to the thread that reads the Data stream.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"

#include "common/model/item.h"

namespace monsoon {

class ItemCache {
 public:
  // Controllers count the bytes of items; what an item costs besides is bounded by their number.
  explicit ItemCache(int64_t capacity_bytes)
      : capacity_bytes_(capacity_bytes), max_items_(std::max<int64_t>(16, capacity_bytes / 64)) {}

  // RESOURCE_EXHAUSTED when the cache would exceed its capacity, or hold more items than one for
  // every 64 bytes of it; adding an item twice changes
  // nothing.
  absl::Status Add(const ItemId& id, Item item);
  void Drop(const ItemId& id);
  // nullptr when it is not here. The pointer is valid until the item is dropped.
  const Item* Find(const ItemId& id) const;

  int64_t size_bytes() const { return size_bytes_; }

 private:
  const int64_t capacity_bytes_;
  const int64_t max_items_;
  int64_t size_bytes_ = 0;
  absl::flat_hash_map<ItemId, std::unique_ptr<Item>> items_;
};

}  // namespace monsoon
