// Which cores a thread may be pinned to, and how a user names them.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace monsoon {

// The cores that this process may use (its affinity: taskset, cpuset, a container), rising.
std::vector<int> UsableCores();

// "2,3" and "4-7,12", in the order given. INVALID_ARGUMENT, naming the offending text, for anything
// else, a core named twice, or one that is not in `usable`. Pure.
absl::StatusOr<std::vector<int>> ParseCoreList(std::string_view text,
                                               const std::vector<int>& usable);

}  // namespace monsoon
