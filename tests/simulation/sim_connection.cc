#include "tests/simulation/sim_connection.h"

#include <algorithm>
#include <utility>

namespace monsoon {

void SimConnection::Send(Side from, SimMessage message) {
  if (open()) Put(1 - static_cast<size_t>(from), std::move(message));
}

void SimConnection::Put(size_t to, std::optional<SimMessage> message) {
  std::uniform_int_distribution<int64_t> jitter(0, network_.jitter_ns);
  int64_t due_ns = time_.now_ns() + network_.delay_ns + jitter(random_);
  if (!under_way_[to].empty()) due_ns = std::max(due_ns, under_way_[to].back().due_ns);
  under_way_[to].push_back({due_ns, std::move(message)});
  time_.At(due_ns, [self = shared_from_this(), to] { self->Deliver(to); });
}

void SimConnection::Deliver(size_t to) {
  if (vanished_ || under_way_[to].empty() || under_way_[to].front().due_ns > time_.now_ns()) return;
  if (network_.held_until_ns > time_.now_ns()) {
    time_.At(network_.held_until_ns, [self = shared_from_this(), to] { self->Deliver(to); });
    return;
  }
  const Letter letter = std::move(under_way_[to].front());
  under_way_[to].pop_front();
  // A copy: the side may leave while it is told.
  const Ears ears = ears_[to];
  if (letter.message) {
    if (ears.message) ears.message(*letter.message);
  } else if (ears.broken) {
    ears.broken();
  }
}

void SimConnection::Break() {
  if (!open()) return;
  for (const size_t to : {0, 1}) {
    std::uniform_int_distribution<size_t> arriving(0, under_way_[to].size());
    under_way_[to].resize(arriving(random_));
    Put(to, std::nullopt);
  }
  broken_ = true;
}

}  // namespace monsoon
