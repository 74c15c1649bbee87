// Splitting a case's concurrency over agents. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

namespace monsoon {

// Splits `total` into shares that add up to it exactly, differ by at most 1 where the limits allow,
// and exceed no agent's limit (what one cannot take goes to the others). Earlier agents get the
// larger shares. RESOURCE_EXHAUSTED when the limits together are too small. REQUIRES: limits not
// empty.
absl::StatusOr<std::vector<int64_t>> SplitConcurrency(int64_t total,
                                                      const std::vector<int64_t>& limits);

}  // namespace monsoon
