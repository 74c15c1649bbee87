// The part of AgentSession that asks an engine before any load.
#include <utility>

#include "agent/io/service/agent_session.h"
#include "common/base/status_macros.h"
#include "common/wire/convert_probe.h"

namespace monsoon {

absl::Status AgentSession::Probe(const v1::Probe& probe) {
  if (absl::MutexLock lock(&mutex_); runner_ != nullptr || !unready_.empty()) {
    return absl::FailedPreconditionError("the controller sent Probe while a case is running");
  }
  ASSIGN_OR_RETURN(ProbeOrder order, FromProto(probe));
  return probes_.Start(std::move(order));
}

void AgentSession::TellProbed(const ProbeResult& result) {
  v1::ControlResponse response;
  ToProto(result, response.mutable_probed());
  control_.SendNumbered(std::move(response));
}

}  // namespace monsoon
