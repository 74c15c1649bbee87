// Reads the API keys that a scenario names.
#pragma once

#include "absl/status/statusor.h"

#include "common/base/secret.h"
#include "controller/core/scenario/scenario.h"

namespace monsoon {

// The key of `engine`: from its environment variable or file (blanks at its end removed), or an
// empty one when it names none. FAILED_PRECONDITION, naming the variable or file but never a value,
// when the key is not there.
absl::StatusOr<Secret> ReadApiKey(const EngineSpec& engine);

}  // namespace monsoon
