// The part of LoadLoop that an open loop needs: slots made as they are needed, and requests sent
// when they are due.
#include <limits>
#include <utility>

#include "agent/io/http/load_loop.h"

namespace monsoon {
namespace {

// Late requests that are sent before the sockets are looked at again, so that catching up does not
// make the reads late, too.
constexpr int kArrivalsPerTurn = 16;

}  // namespace

void LoadLoop::DispatchDue() {
  for (int i = 0; i < kArrivalsPerTurn && MaySend(); ++i) {
    if (arrival_ == nullptr && !TakeWork(arrival_)) return;
    const auto in_flight = static_cast<int64_t>(exchanges_.size() - free_.size());
    switch (gate_->Decide(ArrivalDueNs(), options_.clock->MonotonicNs(), in_flight)) {
      case Arrival::kWait:
        if (armed_ns_ != ArrivalDueNs()) {
          armed_ns_ = ArrivalDueNs();
          poller_.ArmTimer(armed_ns_ - options_.spin_ns);
        }
        return;
      case Arrival::kSend:
        SendArrival();
        break;
      case Arrival::kRefuse:
        RefuseArrival(kFlagOverLimit);
        break;
    }
  }
  more_to_send_ = true;
}

void LoadLoop::SendArrival() {
  if (free_.empty()) AddSlot();
  const FreeSlot slot = free_.back();
  free_.pop_back();
  const int64_t due_ns = ArrivalDueNs();
  Begin(slot, std::move(arrival_), due_ns);
}

void LoadLoop::RefuseArrival(uint32_t flags) {
  RequestRecord record = NotSentRecord(*arrival_, flags);
  arrival_ = nullptr;
  counters_.started.fetch_add(1, std::memory_order_relaxed);
  PushRecord(record);
}

int64_t LoadLoop::ArrivalDueNs() const {
  return arrival_ == nullptr ? std::numeric_limits<int64_t>::max()
                             : context_.case_start_ns + arrival_->intended_ns;
}

bool LoadLoop::ArrivalIsNear(int64_t now_ns) const {
  return arrival_ != nullptr && ArrivalDueNs() - now_ns <= options_.spin_ns;
}

}  // namespace monsoon
