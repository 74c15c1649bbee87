// The part of AgentSession that asks an engine before any load.
#include <utility>

#include "agent/io/service/agent_session.h"
#include "common/base/status_macros.h"
#include "common/wire/convert_probe.h"

namespace monsoon {

absl::Status AgentSession::Probe(const v1::Probe& probe) {
  if (runner() != nullptr) {
    return absl::FailedPreconditionError("the controller sent Probe while a case is running");
  }
  ASSIGN_OR_RETURN(ProbeOrder order, FromProto(probe));
  return probes_.Start(std::move(order));
}

void AgentSession::TellProbed(const ProbeResult& result) {
  v1::ControlResponse response;
  ToProto(result, response.mutable_probed());
  control_out_.Push(std::move(response));
}

void AgentSession::CheckProbeLease(int64_t now_ns) {
  const int64_t heard_ns = last_heard_ns_.load(std::memory_order_relaxed);
  if (probes_.running() && now_ns - heard_ns > lease_ns_) probes_.Cancel();
}

}  // namespace monsoon
