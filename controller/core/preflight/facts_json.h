// EngineFacts as JSON, as the run's database keeps them. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "controller/core/preflight/engine_facts.h"

namespace monsoon {

// One object. Bytes that are not UTF-8 become U+FFFD.
std::string EngineFactsToJson(const EngineFacts& facts);

// INVALID_ARGUMENT with half a sentence for what EngineFactsToJson does not write. Unknown members
// are passed over.
absl::StatusOr<EngineFacts> EngineFactsFromJson(std::string_view json);

}  // namespace monsoon
