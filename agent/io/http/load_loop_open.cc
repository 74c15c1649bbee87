// The part of LoadLoop that an open loop needs: slots made as they are needed, and requests sent
// when they are due.
#include <algorithm>
#include <limits>
#include <utility>

#include "agent/io/http/load_loop.h"

namespace monsoon {
namespace {

// Late requests that are sent before the sockets are looked at again, so that catching up does not
// make the reads late, too.
constexpr int kArrivalsPerTurn = 16;

}  // namespace

absl::Status LoadLoop::AddSlot() {
  transfers_.push_back(std::make_unique<Transfer>(&context_));
  absl::Status made = transfers_.back()->Init();
  if (!made.ok()) {
    transfers_.pop_back();
    return made;
  }
  free_.push_back({.transfer = transfers_.back().get(), .fresh = true});
  return absl::OkStatus();
}

void LoadLoop::DispatchDue() {
  for (int i = 0; i < kArrivalsPerTurn && MaySend(); ++i) {
    if (arrival_ == nullptr && !TakeWork(arrival_)) return ArmTimers();
    const auto in_flight = static_cast<int64_t>(transfers_.size() - free_.size());
    switch (gate_->Decide(ArrivalDueNs(), options_.clock->MonotonicNs(), in_flight)) {
      case Arrival::kWait:
        return ArmTimers();
      case Arrival::kSend:
        SendArrival();
        break;
      case Arrival::kRefuse:
        RefuseArrival(kFlagOverLimit);
        break;
    }
  }
}

void LoadLoop::SendArrival() {
  if (free_.empty()) {
    const absl::Status made = AddSlot();
    if (!made.ok()) {
      facts_.failure = std::string(made.message());
      options_.control->SetMode(LoadMode::kCancel);
      return;
    }
  }
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

bool LoadLoop::ArrivalIsDue(int64_t now_ns) const { return ArrivalDueNs() <= now_ns; }

void LoadLoop::ArmTimers() {
  int64_t next_ns = ArrivalDueNs();
  if (curl_timer_ns_ != 0) next_ns = std::min(next_ns, curl_timer_ns_);
  if (next_ns != std::numeric_limits<int64_t>::max()) poller_.ArmTimer(next_ns);
}

}  // namespace monsoon
