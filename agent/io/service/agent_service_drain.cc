// How an AgentService that is being stopped takes its leave.
#include "agent/io/service/agent_service.h"
#include "common/base/str_cat.h"

namespace monsoon {

void AgentService::BeginDrain(const std::string& reason) {
  std::shared_ptr<AgentSession> session;
  std::string sentence = StrCat("agent ", options_.name, " is being stopped (", reason, ")");
  {
    absl::MutexLock lock(&mutex_);
    draining_ = sentence;
    session = session_;
  }
  if (session != nullptr) session->Drain(sentence);
}

void AgentService::BreakOff() {
  absl::MutexLock lock(&mutex_);
  if (session_ != nullptr) session_->BreakOff();
}

AgentService::Holding AgentService::holding() {
  absl::MutexLock lock(&mutex_);
  return {.has_run = taken_, .delivered = session_ != nullptr && session_->delivered()};
}

}  // namespace monsoon
