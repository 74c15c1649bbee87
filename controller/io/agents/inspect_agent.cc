#include "controller/io/agents/inspect_agent.h"

#include <grpcpp/grpcpp.h>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/run/clock_offset.h"
#include "controller/io/agents/agent_channel.h"

namespace monsoon {
namespace {

constexpr int kPings = 16;

}  // namespace

absl::StatusOr<AgentInspection> InspectAgent(const AgentTarget& target, const Clock& clock) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, OpenChannel(target));
  const auto stub = v1::AgentService::NewStub(channel);
  grpc::ClientContext context;
  const auto stream = stub->Control(&context);
  AgentInspection inspection;
  ASSIGN_OR_RETURN(inspection.info,
                   SayHello(target, "", v1::Hello::PURPOSE_INSPECT, &context, stream.get()));
  ClockOffset offset;
  for (int i = 0; i < kPings; ++i) {
    v1::ControlRequest request;
    request.mutable_ping()->set_sent_controller_ns(clock.MonotonicNs());
    v1::ControlResponse response;
    if (!stream->Write(request) || !stream->Read(&response) || !response.has_pong()) break;
    offset.Add({.sent_controller_ns = response.pong().sent_controller_ns(),
                .received_agent_ns = response.pong().received_agent_ns(),
                .sent_agent_ns = response.pong().sent_agent_ns(),
                .received_controller_ns = clock.MonotonicNs()});
  }
  stream->WritesDone();
  const grpc::Status ended = stream->Finish();
  if (!offset.known()) {
    return absl::UnavailableError(
        StrCat("agent ", target.name, " stopped answering: ", StreamEndText(ended)));
  }
  inspection.offset_ns = offset.offset_ns(clock.MonotonicNs());
  inspection.bound_ns = offset.bound_ns(clock.MonotonicNs());
  return inspection;
}

}  // namespace monsoon
