// TruthLog: what the null engine really did, read from the CSV that `mock_engine --log` writes (the
// columns are described in tests/mock_engine/README.md).
//
// Plain value after parsing; any thread may read. ns are the engine's CLOCK_MONOTONIC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

namespace monsoon {

struct RequestTruth {
  int64_t ttft_ns = 0;  // from the read that completed the request to the write of the first token
  int64_t lateness_ns = 0;  // of that write, behind its script
};

// By request id. Requests that got no first token are left out.
using TruthLog = absl::flat_hash_map<std::string, RequestTruth>;

// INVALID_ARGUMENT, naming the line, for a file that the engine of this version did not write to
// its end: another header, a line cut off, too few or too many fields, something that is no number,
// a first token before its request, a request id that is missing or comes twice.
absl::StatusOr<TruthLog> ParseTruthLog(std::string_view csv);

}  // namespace monsoon
