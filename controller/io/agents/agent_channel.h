// Opening a gRPC connection to an agent and saying Hello.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "controller/core/run/agent_link.h"
#include "controller/io/agents/agent_target.h"
#include "monsoon/v1/agent.grpc.pb.h"

namespace monsoon {

using ControlClientStream = grpc::ClientReaderWriter<v1::ControlRequest, v1::ControlResponse>;
using DataClientStream = grpc::ClientReaderWriter<v1::DataRequest, v1::DataResponse>;

// A connection of its own (channels do not share connections), over TLS where target.tls says so.
// UNAVAILABLE, naming the agent, when nobody answers there within 5 s; FAILED_PRECONDITION, with
// what to do, when TLS forbids it.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const AgentTarget& target);

// Sends Hello on a fresh Control stream and reads the answer, within 10 s. FAILED_PRECONDITION for
// a refusal (another protocol version, busy), PERMISSION_DENIED when the agent does not obey this
// controller, UNAVAILABLE when the stream breaks.
absl::StatusOr<AgentInfo> SayHello(const AgentTarget& target, const std::string& run_id,
                                   v1::Hello::Purpose purpose, grpc::ClientContext* context,
                                   ControlClientStream* stream);

// What a broken stream's status says to the user.
std::string StreamEndText(const grpc::Status& status);

}  // namespace monsoon
