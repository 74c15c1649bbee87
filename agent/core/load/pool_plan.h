// PoolPlan: how many connections a load thread should be opening, so that a request seldom has to
// wait for one. Pure.
//
// A pool keeps `base` connections for its slots. A connection that will not carry another request
// (its answer said so) no longer counts while it is still in use, so that its successor is there
// when it ends. Each request that found no open connection was a miss, and earns one spare; the
// spares are what an engine that closes after every answer needs. An open loop, whose requests in
// flight may grow, has `headroom` besides: spares for a share of what is in use.
#pragma once

#include <algorithm>
#include <cstdint>

namespace monsoon {

struct PoolState {
  int64_t idle = 0;
  int64_t in_use = 0;   // of those that will be reused
  int64_t dialing = 0;  // being opened
  int64_t waiting = 0;  // requests that wait for a connection
};

class PoolPlan {
 public:
  // At most `max_spare` beyond `base` and what is in use.
  PoolPlan(int64_t base, int64_t max_spare, double headroom = 0)
      : base_(base), max_spare_(max_spare), headroom_(headroom) {}

  // Both only ever become more.
  void Grow(int64_t base, int64_t max_spare) {
    base_ = std::max(base_, base);
    max_spare_ = std::max(max_spare_, max_spare);
  }

  void Missed() { spare_ = std::min(spare_ + 1, max_spare_); }

  // How many more to open now. `top_up` false: no new requests are to come, or the engine does not
  // take connections; then only those that requests wait for.
  int64_t ToOpen(const PoolState& state, bool top_up) const {
    int64_t wanted = state.waiting;
    if (top_up) {
      const auto headroom = static_cast<int64_t>(headroom_ * static_cast<double>(state.in_use));
      const int64_t spare = std::max(spare_, std::min(headroom, max_spare_));
      const int64_t whole = std::max(base_, state.in_use + state.waiting) + spare;
      wanted = std::max(wanted, whole - state.in_use - state.idle);
    }
    return std::max<int64_t>(wanted - state.dialing, 0);
  }

 private:
  int64_t base_;
  int64_t max_spare_;
  double headroom_;
  int64_t spare_ = 0;
};

}  // namespace monsoon
