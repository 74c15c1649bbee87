#include "controller/io/agents/inspect_agent.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/run/clock_offset.h"
#include "controller/io/agents/agent_channel.h"

namespace monsoon {
namespace {

constexpr int kPings = 16;
// At once: a fleet of any size we know of, and few enough for any machine.
constexpr size_t kMaxThreads = 256;

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
  inspection.round_trip_ns = offset.round_trip_ns();
  return inspection;
}

std::vector<absl::StatusOr<AgentInspection>> InspectAgents(const std::vector<AgentTarget>& targets,
                                                           const Clock& clock) {
  std::vector<absl::StatusOr<AgentInspection>> results(
      targets.size(), absl::UnknownError("this agent was not looked at"));
  std::atomic<size_t> next{0};
  std::vector<std::thread> threads;
  for (size_t i = 0; i < std::min(targets.size(), kMaxThreads); ++i) {
    threads.emplace_back([&] {
      for (size_t target = next++; target < targets.size(); target = next++) {
        results[target] = InspectAgent(targets[target], clock);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return results;
}

}  // namespace monsoon
