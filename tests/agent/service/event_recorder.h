// EventRecorder: an observer that keeps what it hears. Thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <variant>
#include <vector>

#include "agent/core/operate/agent_observer.h"

namespace monsoon {

class EventRecorder final : public AgentObserver {
 public:
  void On(const ServiceEvent& event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
  }
  void Tick(const SessionLive& session) override {
    const std::lock_guard lock(mutex_);
    if (session.live) most_started_ = std::max(most_started_, session.live->counts.started);
    last_ = session;
  }
  std::vector<ServiceEvent> Events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  // All of this kind.
  template <typename Kind>
  std::vector<Kind> All() {
    const std::lock_guard lock(mutex_);
    std::vector<Kind> found;
    for (const ServiceEvent& event : events_) {
      if (const auto* one = std::get_if<Kind>(&event)) found.push_back(*one);
    }
    return found;
  }
  uint64_t most_started() {
    const std::lock_guard lock(mutex_);
    return most_started_;
  }
  SessionLive last() {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  std::mutex mutex_;
  std::vector<ServiceEvent> events_;
  uint64_t most_started_ = 0;
  SessionLive last_;
};

}  // namespace monsoon
