// Splitting a case's concurrency (open loop: its max_in_flight) over agents. Pure.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace monsoon {

// What one agent may carry.
struct Carrier {
  int64_t limit = 0;  // requests in flight at most
  double weight = 1;  // > 0; its share is in proportion to it, as far as limits allow
};

// Splits `total` into shares that add up to it exactly, in proportion to the weights up to less
// than 1 (largest remainder), and exceed no agent's limit: what one cannot take goes to the others,
// in proportion again. Among equals, earlier agents get the larger shares. RESOURCE_EXHAUSTED when
// the limits together are too small; the message calls `total` by the name `what`.
absl::StatusOr<std::vector<int64_t>> SplitConcurrency(int64_t total,
                                                      const std::vector<Carrier>& agents,
                                                      std::string_view what = "concurrency");

// How much more each agent carries when `lost` of the total has nobody: split as above over what
// their limits leave beside `shares`, as much of it as they can take.
std::vector<int64_t> SplitLost(int64_t lost, const std::vector<int64_t>& shares,
                               std::vector<Carrier> agents);

}  // namespace monsoon
