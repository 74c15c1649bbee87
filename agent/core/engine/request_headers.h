// The headers that every engine with a bearer token and an event stream wants.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "common/model/agent_case.h"

namespace monsoon {

// Content-Type, Accept (text/event-stream when `stream`), Accept-Encoding: identity (compression
// would hide when tokens arrived), Authorization when the target has a key; then the scenario's
// own, of which one with the same name, whatever its case, replaces ours. INVALID_ARGUMENT when a
// name or value (never printed) cannot be part of an HTTP header.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> BearerHeaders(
    const EngineTarget& target, bool stream);

}  // namespace monsoon
