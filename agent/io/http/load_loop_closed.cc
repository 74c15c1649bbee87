// The part of LoadLoop that a closed loop needs: a request for each slot that is free.
#include <algorithm>
#include <utility>

#include "agent/io/http/load_loop.h"

namespace monsoon {
namespace {

// After so many new requests the sockets are looked at, so that the first answers of a large ramp
// do not wait for its end.
constexpr int kMaxDispatchesAtOnce = 8;

}  // namespace

void LoadLoop::DispatchFree() {
  // The slots of a closed loop are opened one after another: each is free from the moment that the
  // thread comes to it. What this ramp takes shows in the steady window.
  if (ramp_ns_ != 0) ramp_ns_ = options_.clock->MonotonicNs();
  for (int count = 0; !free_.empty() && MaySend(); ++count) {
    if (count == kMaxDispatchesAtOnce) {
      more_to_send_ = true;
      return;
    }
    std::unique_ptr<PreparedRequest> request;
    if (!TakeWork(request)) return MarkStarved();
    FreeSlot slot = free_.back();
    free_.pop_back();
    if (slot.fresh && !slot.starved) slot.since_ns = std::max(slot.since_ns, ramp_ns_);
    Begin(slot, std::move(request), slot.since_ns);
    if (slot.fresh) ramp_ns_ = options_.clock->MonotonicNs();
  }
}

void LoadLoop::MarkStarved() {
  // New slots are added behind those that are marked already.
  for (auto slot = free_.rbegin(); slot != free_.rend() && !slot->starved; ++slot) {
    slot->starved = true;
  }
}

}  // namespace monsoon
