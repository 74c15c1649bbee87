// Reads the API keys that a scenario names.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "common/base/secret.h"
#include "controller/core/scenario/scenario.h"

namespace monsoon {

// The key of `engine`: from its environment variable or file (blanks at its end removed), or an
// empty one when it names none. FAILED_PRECONDITION, naming the variable or file but never a value,
// when the key is not there.
absl::StatusOr<Secret> ReadApiKey(const EngineSpec& engine);

// The environment variables that may hold secrets: those that `scenario` names for keys and in
// headers, and those of the hubs' tokens. Sorted, without repetitions.
std::vector<std::string> SecretVariables(const Scenario& scenario);

// Takes these out of the environment, once they have been read, so that no child inherits them.
// REQUIRES: no other thread.
void ForgetVariables(const std::vector<std::string>& names);

}  // namespace monsoon
