// AgentWatch: the observer of an agent program. It writes what happens into the log, and keeps the
// status that metrics, systemd and inspections read. Thread-safe.
#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "agent/core/operate/agent_observer.h"
#include "agent/core/operate/agent_status.h"
#include "agent/core/operate/refusal_limit.h"
#include "agent/io/log/logger.h"
#include "common/time/clock.h"

namespace monsoon {

class AgentWatch final : public AgentObserver {
 public:
  // Both outlive the watch.
  AgentWatch(Logger* log, const Clock* clock) : log_(*log), clock_(*clock) {}

  void On(const ServiceEvent& event) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Tick(const SessionLive& session) override ABSL_LOCKS_EXCLUDED(mutex_);

  AgentStatus status() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Of what strangers cause; nullptr: every one is logged.
  RefusalLimit* LimitOf(const ServiceEvent& event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Logger& log_;
  const Clock& clock_;
  mutable absl::Mutex mutex_;
  AgentStatus status_ ABSL_GUARDED_BY(mutex_);
  RefusalLimit refusals_ ABSL_GUARDED_BY(mutex_);
  RefusalLimit grpc_troubles_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace monsoon
