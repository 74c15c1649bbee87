#include "controller/core/run/shares.h"

#include <algorithm>
#include <numeric>

#include "common/base/str_cat.h"

namespace monsoon {

absl::StatusOr<std::vector<int64_t>> SplitConcurrency(int64_t total,
                                                      const std::vector<int64_t>& limits,
                                                      std::string_view what) {
  int64_t room = 0;
  for (const int64_t limit : limits) room += std::min(limit, total);
  if (room < total) {
    return absl::ResourceExhaustedError(
        StrCat("a ", what, " of ", total, " does not fit: the agents together allow ", room,
               " connections; raise their limit of open files (LimitNOFILE=, ulimit -n) or add "
               "agents"));
  }
  // Filling the smallest limits first leaves an equal split of the rest to everybody else.
  std::vector<size_t> order(limits.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return limits[a] < limits[b]; });
  std::vector<int64_t> shares(limits.size());
  int64_t left = total;
  for (size_t i = 0; i < order.size(); ++i) {
    const auto agents_left = static_cast<int64_t>(order.size() - i);
    shares[order[i]] = std::min(limits[order[i]], (left + agents_left - 1) / agents_left);
    left -= shares[order[i]];
  }
  return shares;
}

}  // namespace monsoon
