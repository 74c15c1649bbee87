#include "agent/io/watch/agent_watch.h"

#include <vector>

#include "agent/core/operate/event_text.h"

namespace monsoon {

void AgentWatch::On(const ServiceEvent& event) {
  LogEntry entry = ToLogEntry(event);
  {
    absl::MutexLock lock(&mutex_);
    status_.Apply(event);
    if (RefusalLimit* const limit = LimitOf(event); limit != nullptr) {
      if (!limit->Admit(clock_.MonotonicNs())) return;
      const uint64_t left_out = limit->TakeLeftOut();
      if (left_out > 0) entry.fields.push_back({"left_out_before", left_out});
    }
  }
  log_.Write(entry);
}

void AgentWatch::Tick(const SessionLive& session) {
  std::vector<ServiceEvent> events;
  {
    absl::MutexLock lock(&mutex_);
    events = status_.Take(session);
  }
  for (const ServiceEvent& event : events) On(event);
}

RefusalLimit* AgentWatch::LimitOf(const ServiceEvent& event) {
  if (std::holds_alternative<Refused>(event)) return &refusals_;
  return std::holds_alternative<GrpcTrouble>(event) ? &grpc_troubles_ : nullptr;
}

AgentStatus AgentWatch::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

}  // namespace monsoon
