#include "controller/core/run/shares.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

int64_t RoomOf(const std::vector<Carrier>& agents, int64_t total) {
  int64_t room = 0;
  for (const Carrier& agent : agents) room += std::min(agent.limit, total);
  return room;
}

double WeightOf(const std::vector<Carrier>& agents, const std::vector<size_t>& who) {
  return std::accumulate(who.begin(), who.end(), 0.0, [&agents](double sum, size_t agent) {
    return sum + agents[agent].weight;
  });
}

// Gives everybody whose proportion is beyond its limit just that; what is left for the others makes
// their proportions larger, so it goes round until nobody is beyond. Returns what is left.
int64_t FillTheSmall(int64_t left, const std::vector<Carrier>& agents, std::vector<size_t>& open,
                     std::vector<int64_t>& shares) {
  for (bool filled = true; filled;) {
    filled = false;
    const double unit = static_cast<double>(left) / WeightOf(agents, open);
    for (size_t i = 0; i < open.size();) {
      const Carrier& agent = agents[open[i]];
      if (static_cast<double>(agent.limit) > unit * agent.weight) {
        ++i;
        continue;
      }
      shares[open[i]] = agent.limit;
      left -= agent.limit;
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
      filled = true;
    }
  }
  return left;
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> SplitConcurrency(int64_t total,
                                                      const std::vector<Carrier>& agents,
                                                      std::string_view what) {
  const int64_t room = RoomOf(agents, total);
  if (room < total) {
    return absl::ResourceExhaustedError(
        StrCat("a ", what, " of ", total, " does not fit: the agents together allow ", room,
               " connections; raise their limit of open files (LimitNOFILE=, ulimit -n) or add "
               "agents"));
  }
  std::vector<int64_t> shares(agents.size());
  std::vector<size_t> open(agents.size());
  std::iota(open.begin(), open.end(), size_t{0});
  int64_t left = FillTheSmall(total, agents, open, shares);
  if (open.empty()) return shares;

  // Largest remainder. Nobody here is at its limit, which is whole, so one more always fits.
  const double unit = static_cast<double>(left) / WeightOf(agents, open);
  std::vector<double> remainders(agents.size());
  for (const size_t agent : open) {
    const double exact = unit * agents[agent].weight;
    shares[agent] = std::min(static_cast<int64_t>(std::floor(exact)), left);
    remainders[agent] = exact - static_cast<double>(shares[agent]);
    left -= shares[agent];
  }
  std::stable_sort(open.begin(), open.end(),
                   [&](size_t a, size_t b) { return remainders[a] > remainders[b]; });
  for (size_t i = 0; left > 0; i = (i + 1) % open.size()) {
    if (shares[open[i]] >= agents[open[i]].limit) continue;
    ++shares[open[i]];
    --left;
  }
  return shares;
}

std::vector<int64_t> SplitLost(int64_t lost, const std::vector<int64_t>& shares,
                               std::vector<Carrier> agents) {
  for (size_t i = 0; i < agents.size(); ++i) {
    agents[i].limit = std::max<int64_t>(agents[i].limit - shares[i], 0);
  }
  return SplitConcurrency(std::min(lost, RoomOf(agents, lost)), agents).value();
}

}  // namespace monsoon
