// Splitting a case's concurrency (open loop: its max_in_flight) over agents. Pure.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace monsoon {

// Splits `total` into shares that add up to it exactly, differ by at most 1 where the limits allow,
// and exceed no agent's limit (what one cannot take goes to the others). Earlier agents get the
// larger shares. RESOURCE_EXHAUSTED when the limits together are too small; the message calls
// `total` by the name `what`. REQUIRES: limits not empty.
absl::StatusOr<std::vector<int64_t>> SplitConcurrency(int64_t total,
                                                      const std::vector<int64_t>& limits,
                                                      std::string_view what = "concurrency");

}  // namespace monsoon
