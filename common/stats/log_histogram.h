// LogHistogram: counts of non-negative int64 values in buckets of under 1 % relative width, the
// same buckets on every machine, so that histograms of threads and agents add up exactly.
//
// For quantities sampled too often to keep (loop lag per read, live progress). Nothing is ever
// dropped: the buckets cover all of int64, and min, max, sum and count are exact. Request metrics
// do not use it: those are exact percentiles of records (percentile.h).
//
// Not thread-safe: one writer; merge copies after the writer has stopped, or ship snapshots.
// Add() neither allocates nor locks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace monsoon {

class LogHistogram {
 public:
  // 128 sub-buckets for each power of two: relative width <= 1/128.
  static constexpr int kSubBucketBits = 7;

  LogHistogram();

  // Counts `value` once; a negative value counts as 0.
  void Add(int64_t value);
  void Merge(const LogHistogram& other);
  void Clear();

  int64_t count() const { return count_; }
  int64_t min() const { return count_ == 0 ? 0 : min_; }
  int64_t max() const { return count_ == 0 ? 0 : max_; }
  double mean() const;
  double stddev() const;  // population, from exact sums of bucket midpoints
  // The upper edge of the bucket in which the p-quantile (0 <= p <= 1) lies, at most max(); 0 if
  // empty.
  int64_t Quantile(double p) const;

  // Sparse varint form for the wire and the database; Parse is its inverse, DATA_LOSS if malformed.
  std::string Serialize() const;
  static absl::StatusOr<LogHistogram> Parse(std::string_view bytes);

  friend bool operator==(const LogHistogram&, const LogHistogram&) = default;

 private:
  static size_t BucketOf(int64_t value);
  static int64_t UpperEdge(size_t bucket);

  std::vector<uint64_t> buckets_;  // sized once, in the constructor
  int64_t count_ = 0;
  int64_t min_ = 0;
  int64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace monsoon
