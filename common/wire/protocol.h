// Constants of the conversation in proto/monsoon/v1/agent.proto that both programs must agree on.
#pragma once

#include <cstdint>

namespace monsoon {

inline constexpr uint32_t kProtocolVersion = 3;

// A lease that Hello leaves open.
inline constexpr int64_t kDefaultLeaseNs = 10'000'000'000;
inline constexpr int64_t kProgressIntervalNs = 100'000'000;

// A gRPC message beyond 4 MiB fails its whole stream, so both ends allow more and batches stay far
// below: items and records are cut into messages of about this size.
inline constexpr int64_t kBatchBytes = 256 * 1024;
inline constexpr int kMaxMessageBytes = 64 * 1024 * 1024;

}  // namespace monsoon
