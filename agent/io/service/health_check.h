// Asks an agent (or any gRPC server) whether it serves: grpc.health.v1.Health/Check, for
// `agent --health-check` and so for containers, which have no other program to ask with.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

#include "common/tls/tls_files.h"

namespace monsoon {

// `grpc_address`: what gRPC dials, "127.0.0.1:7070" or "unix:PATH". `tls`: what is shown of a
// client, and the agent's authority must vouch for; none: plain text. Nothing is said that an
// impostor could use, so the other side's name is not checked. Blocks for at most `timeout_ns`.
// Whether the server answered SERVING; UNAVAILABLE, with a sentence, when it did not answer.
absl::StatusOr<bool> CheckHealth(const std::string& grpc_address, const TlsFiles& tls,
                                 int64_t timeout_ns);

}  // namespace monsoon
