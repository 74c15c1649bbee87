// How an AgentService that is being stopped takes its leave.
#include "agent/io/service/agent_service.h"
#include "common/base/str_cat.h"

namespace monsoon {

void AgentService::Drain(const std::string& reason) {
  absl::MutexLock lock(&mutex_);
  registry_.Drain(reason);
  draining_ = StrCat("agent ", options_.display_name(), " is being stopped (", reason, ")");
  if (session_ != nullptr) session_->Drain(draining_);
}

void AgentService::BreakOff() {
  absl::MutexLock lock(&mutex_);
  if (session_ != nullptr) session_->BreakOff();
}

void AgentService::Shutdown() {
  std::shared_ptr<AgentSession> session;
  {
    absl::MutexLock lock(&mutex_);
    shut_down_ = true;
    if (draining_.empty()) registry_.Drain("its process ends");
    session = session_;
  }
  if (session != nullptr) End(session, "the agent was stopped");
}

bool AgentService::holds_run() {
  absl::MutexLock lock(&mutex_);
  ObserveHolder();
  return !registry_.HeldBy(clock_.MonotonicNs()).empty();
}

bool AgentService::delivered() {
  std::shared_ptr<AgentSession> session;
  {
    absl::MutexLock lock(&mutex_);
    session = session_;
  }
  // Without the lock, for a disk may keep this waiting.
  return session == nullptr || session->delivered();
}

}  // namespace monsoon
