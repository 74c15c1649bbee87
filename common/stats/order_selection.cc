#include "common/stats/order_selection.h"

#include <algorithm>
#include <utility>

namespace monsoon {

OrderSelection::OrderSelection(size_t max_members)
    : max_members_(max_members), top_counts_(size_t{1} << (64 - kTopShift), 0) {}

void OrderSelection::Want(std::span<const uint64_t> ranks) {
  for (const uint64_t rank : ranks) wanted_.push_back({rank, 0});
  const auto by_rank = [](const Wanted& a, const Wanted& b) { return a.rank < b.rank; };
  std::sort(wanted_.begin(), wanted_.end(), by_rank);
  for (const uint64_t rank : ranks) {
    const auto found = std::lower_bound(wanted_.begin(), wanted_.end(), Wanted{rank, 0}, by_rank);
    position_.push_back(static_cast<size_t>(found - wanted_.begin()));
  }
  std::vector<Bucket> next;
  Bucket all;
  all.end_wanted = wanted_.size();
  Descend(all, top_counts_, kTopShift, next);
  std::vector<uint64_t>().swap(top_counts_);
  Open(std::move(next));
}

void OrderSelection::Look(double value) {
  const uint64_t key = OrderKey(value);
  for (Bucket& bucket : buckets_) {
    if (key < bucket.low) return;
    const uint64_t offset = key - bucket.low;
    if ((offset >> bucket.shift) != 0) continue;
    if (bucket.keeps) {
      bucket.kept.push_back(key);
    } else {
      ++bucket.counts[offset >> (bucket.shift - kStepBits)];
      bucket.smallest = std::min(bucket.smallest, key);
      bucket.largest = std::max(bucket.largest, key);
    }
    return;
  }
}

void OrderSelection::EndPass() {
  std::vector<Bucket> next;
  for (Bucket& bucket : buckets_) Resolve(bucket, next);
  Open(std::move(next));
}

void OrderSelection::Resolve(Bucket& bucket, std::vector<Bucket>& next) {
  if (!bucket.keeps && bucket.smallest != bucket.largest) {
    Descend(bucket, bucket.counts, bucket.shift - kStepBits, next);
    return;
  }
  std::sort(bucket.kept.begin(), bucket.kept.end());
  for (size_t i = bucket.first_wanted; i < bucket.end_wanted; ++i) {
    wanted_[i].key =
        bucket.keeps ? bucket.kept[wanted_[i].rank - bucket.first_rank] : bucket.smallest;
  }
}

void OrderSelection::Descend(const Bucket& bucket, const std::vector<uint64_t>& counts, int shift,
                             std::vector<Bucket>& next) {
  uint64_t first_rank = bucket.first_rank;
  size_t wanted = bucket.first_wanted;
  for (uint64_t part = 0; wanted < bucket.end_wanted; ++part) {
    const uint64_t end_rank = first_rank + counts[part];
    if (wanted_[wanted].rank < end_rank) {
      Bucket found;
      found.low = bucket.low + (part << shift);
      found.shift = shift;
      found.first_rank = first_rank;
      found.members = counts[part];
      found.first_wanted = wanted;
      while (wanted < bucket.end_wanted && wanted_[wanted].rank < end_rank) {
        wanted_[wanted++].key = found.low;  // final when the part is one key wide
      }
      found.end_wanted = wanted;
      if (shift > 0) next.push_back(std::move(found));
    }
    first_rank = end_rank;
  }
}

void OrderSelection::Open(std::vector<Bucket> next) {
  std::vector<Bucket*> by_size;
  for (Bucket& bucket : next) by_size.push_back(&bucket);
  std::sort(by_size.begin(), by_size.end(),
            [](const Bucket* a, const Bucket* b) { return a->members < b->members; });
  uint64_t kept = 0;
  for (Bucket* bucket : by_size) {
    bucket->keeps = kept + bucket->members <= max_members_;
    if (bucket->keeps) {
      kept += bucket->members;
      bucket->kept.reserve(bucket->members);
    } else {
      bucket->counts.assign(size_t{1} << kStepBits, 0);
    }
  }
  buckets_ = std::move(next);
}

}  // namespace monsoon
