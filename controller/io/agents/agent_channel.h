// Opening a gRPC connection to an agent and saying Hello.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/wire/protocol.h"
#include "controller/core/run/agent_link.h"
#include "controller/io/agents/agent_target.h"
#include "monsoon/v1/agent.grpc.pb.h"

namespace monsoon {

using ControlClientStream = grpc::ClientReaderWriter<v1::ControlRequest, v1::ControlResponse>;
using DataClientStream = grpc::ClientReaderWriter<v1::DataRequest, v1::DataResponse>;

// How long somebody who calls an agent waits.
struct DialPatience {
  int64_t connect_ns = 5'000'000'000;  // for each connection
  int64_t answer_ns = 10'000'000'000;  // for each first word
};

// A connection of its own (channels do not share connections), over TLS where target.tls says so.
// UNAVAILABLE, naming the agent, when nobody answers there within `patience`, or `stop` became
// true; FAILED_PRECONDITION, with what to do, when TLS forbids it.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const AgentTarget& target,
                                                           const std::atomic<bool>* stop = nullptr,
                                                           const DialPatience& patience = {});

v1::Hello MakeHello(const std::string& run_id, v1::Hello::Purpose purpose,
                    int64_t lease_ns = kDefaultLeaseNs);
// Sends it on a fresh Control stream and reads the answer. UNAVAILABLE when that takes longer than
// `patience`, when the stream breaks, or when `stop` became true; PERMISSION_DENIED when the agent
// does not obey this controller.
absl::StatusOr<v1::ControlResponse> ExchangeHello(const AgentTarget& target, const v1::Hello& hello,
                                                  grpc::ClientContext* context,
                                                  ControlClientStream* stream,
                                                  const std::atomic<bool>* stop = nullptr,
                                                  const DialPatience& patience = {});
// What the answer says. FAILED_PRECONDITION for a refusal (another protocol version, busy).
absl::StatusOr<AgentInfo> ReadWelcome(const AgentTarget& target,
                                      const v1::ControlResponse& response);
// Both of it.
absl::StatusOr<AgentInfo> SayHello(const AgentTarget& target, const std::string& run_id,
                                   v1::Hello::Purpose purpose, grpc::ClientContext* context,
                                   ControlClientStream* stream);

// What a broken stream's status says to the user.
std::string StreamEndText(const grpc::Status& status);

}  // namespace monsoon
