// The headers of every request to an engine.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "common/model/agent_case.h"
#include "common/model/engine_type.h"

namespace monsoon {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Content-Type, Accept, Accept-Encoding: identity (compression would hide when tokens arrived), the
// key in the header that the engine wants where the target has one, `own` of the dialect; then the
// scenario's, of which one with the same name, whatever its case, replaces ours. INVALID_ARGUMENT
// when a name or value (never printed) cannot be part of an HTTP header.
absl::StatusOr<Headers> RequestHeaders(const EngineTarget& target, KeyHeader key_header,
                                       std::string_view accept, const Headers& own);

}  // namespace monsoon
