// How late the engine itself was: counts of nanoseconds in buckets of at most 1/16 relative width.
//
// Add() is a few instructions and allocates nothing. Not thread-safe; each loop has its own and
// Merge() joins them when the loops have stopped.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace monsoon::mock_engine {

class LatenessHistogram {
 public:
  // Negative values count as 0.
  void Add(int64_t lateness_ns) {
    const uint64_t value = lateness_ns > 0 ? static_cast<uint64_t>(lateness_ns) : 0;
    ++buckets_[Bucket(value)];
    ++count_;
    max_ns_ = std::max(max_ns_, value);
  }

  void Merge(const LatenessHistogram& other) {
    for (size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    max_ns_ = std::max(max_ns_, other.max_ns_);
  }

  uint64_t count() const { return count_; }
  uint64_t max_ns() const { return max_ns_; }

  // The upper edge of the bucket that holds the sample of rank ceil(p * count), at most max_ns().
  // 0 without samples.
  uint64_t Percentile(double p) const {
    const double rank = p * static_cast<double>(count_);
    uint64_t seen = 0;
    for (size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > 0 && static_cast<double>(seen) >= rank) return std::min(UpperEdge(i), max_ns_);
    }
    return max_ns_;
  }

 private:
  static constexpr int kSubBits = 4;
  static constexpr uint64_t kSub = 1u << kSubBits;

  static size_t Bucket(uint64_t value) {
    if (value < kSub) return value;
    const int shift = std::bit_width(value) - kSubBits - 1;
    return static_cast<size_t>(shift) * kSub + (value >> shift);
  }

  static uint64_t UpperEdge(size_t bucket) {
    if (bucket < kSub) return bucket;
    const size_t shift = bucket / kSub - 1;
    return ((bucket - shift * kSub + 1) << shift) - 1;
  }

  std::array<uint64_t, 61 * kSub> buckets_{};
  uint64_t count_ = 0;
  uint64_t max_ns_ = 0;
};

}  // namespace monsoon::mock_engine
