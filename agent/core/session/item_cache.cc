#include "agent/core/session/item_cache.h"

#include <utility>

#include "common/base/str_cat.h"

namespace monsoon {

absl::Status ItemCache::Add(const ItemId& id, Item item) {
  if (items_.contains(id)) return absl::OkStatus();
  const auto bytes = static_cast<int64_t>(item.content.size());
  if (static_cast<int64_t>(items_.size()) >= max_items_) {
    return absl::ResourceExhaustedError(StrCat("item ", ItemIdHex(id),
                                               " does not fit the item cache: it holds ",
                                               max_items_, " items already"));
  }
  if (size_bytes_ + bytes > capacity_bytes_) {
    return absl::ResourceExhaustedError(StrCat("item ", ItemIdHex(id), " of ", bytes,
                                               " bytes does not fit the item cache: ", size_bytes_,
                                               " of ", capacity_bytes_, " bytes are in use"));
  }
  size_bytes_ += bytes;
  items_.emplace(id, std::make_unique<Item>(std::move(item)));
  return absl::OkStatus();
}

void ItemCache::Drop(const ItemId& id) {
  const auto found = items_.find(id);
  if (found == items_.end()) return;
  size_bytes_ -= static_cast<int64_t>(found->second->content.size());
  items_.erase(found);
}

const Item* ItemCache::Find(const ItemId& id) const {
  const auto found = items_.find(id);
  return found == items_.end() ? nullptr : found->second.get();
}

}  // namespace monsoon
