// RequestPlan: which prompt each request of a case carries. A pure function of the numbers in it,
// so every agent and every later run gets the same; the scenario's seed acts before it, in the
// order of the dataset's positions (permutation.h).
//
// Request indexes run from 0 over the whole case: first the warm-up requests, then the measured
// ones. A dataset shorter than that is cycled. Plain value; any thread.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

namespace monsoon {

class RequestPlan {
 public:
  // INVALID_ARGUMENT unless dataset_size >= 1, requests >= 1, warmup >= 0 and their sum fits.
  static absl::StatusOr<RequestPlan> Make(int64_t dataset_size, int64_t requests, int64_t warmup);

  // Warm-up and measured requests together; also how many items OpenDataset needs to find.
  int64_t total() const { return warmup_ + requests_; }
  bool IsWarmup(int64_t index) const { return index < warmup_; }
  // Position in the dataset. REQUIRES: 0 <= index < total().
  int64_t PositionOf(int64_t index) const { return index % dataset_size_; }
  // Dataset positions used at all: [0, positions_used()).
  int64_t positions_used() const { return total() < dataset_size_ ? total() : dataset_size_; }

 private:
  RequestPlan(int64_t dataset_size, int64_t requests, int64_t warmup)
      : dataset_size_(dataset_size), requests_(requests), warmup_(warmup) {}

  int64_t dataset_size_;
  int64_t requests_;
  int64_t warmup_;
};

}  // namespace monsoon
