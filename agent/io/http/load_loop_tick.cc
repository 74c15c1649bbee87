// The part of LoadLoop that the steady tick drives: clocks, deadlines, the pool; and breaking off.
#include <algorithm>

#include "agent/io/http/load_loop.h"

namespace monsoon {
namespace {

// Deadlines are looked at in turns of so many ticks, or of fewer where so few streams are looked at
// in one: a timeout is noticed at most 0.32 s late.
constexpr size_t kSweepTicks = 16;
constexpr size_t kMinSwept = 256;

}  // namespace

void LoadLoop::ServeTick(int64_t due_ns) {
  const int64_t now_ns = options_.clock->MonotonicNs();
  lag_.OnTimer(now_ns, due_ns);
  LookAtClocks();
  if (options_.control->mode() != LoadMode::kRun || options_.control->no_more_work()) {
    pool_->StopTopUp();
  }
  pool_->Tick(now_ns);
  EndDeadExchanges(now_ns);
  counters_.connections.store(pool_->open(), std::memory_order_relaxed);
  counters_.lag_max_ns.store(lag_.loop_lag_ns().max(), std::memory_order_relaxed);
  counters_.busy_share_max.store(busy_.max_share(), std::memory_order_relaxed);
}

void LoadLoop::LookAtClocks() {
  const Clock& clock = *options_.clock;
  // In this order: braces evaluate from left to right.
  clock_watch_.Observe({clock.MonotonicNs(), clock.WallNs(), clock.RawNs(), clock.MonotonicNs()});
  context_.realtime_offset_ns = clock_watch_.realtime_offset_ns();
}

void LoadLoop::EndDeadExchanges(int64_t now_ns) {
  // A part of them at each tick: looking at thousands at once would push the streams out of the
  // caches.
  const size_t share = std::max(exchanges_.size() / kSweepTicks, kMinSwept);
  for (size_t i = 0; i < std::min(share, exchanges_.size()); ++i) {
    next_swept_ = (next_swept_ + 1) % exchanges_.size();
    Exchange& exchange = *exchanges_[next_swept_];
    if (!exchange.busy()) continue;
    const Exchange::Deadline deadline = exchange.deadline();
    if (now_ns >= deadline.at_ns) exchange.TimeOut(deadline.error_class);
  }
}

void LoadLoop::CancelAll() {
  for (const auto& exchange : exchanges_) {
    if (exchange->busy()) exchange->Cancel();
  }
}

}  // namespace monsoon
