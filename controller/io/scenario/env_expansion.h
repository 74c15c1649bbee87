// Expands environment variables in the values (never the keys) of a YAML tree.
//
// ${NAME} is the variable's value; ${NAME:-default} is `default` where the variable is unset or
// empty (no nesting); $$ is a dollar sign; a '$' before anything else stays. A value that held a
// variable may be a number even when it is quoted, because in flow style (`{...}`) it has to be
// quoted.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "controller/io/scenario/diagnostics.h"
#include "controller/io/scenario/yaml_node.h"

namespace monsoon {

// The value of an environment variable; nullopt when it is not set.
using EnvLookup = std::function<std::optional<std::string>(const std::string& name)>;

// INVALID_ARGUMENT with what was found and what was expected.
absl::StatusOr<std::string> ExpandText(std::string_view text, const EnvLookup& env);

// Expands every scalar below `node`; reports those that cannot be and marks them kBroken.
void ExpandEnvironment(YamlNode& node, const EnvLookup& env, Diagnostics& diagnostics);

// A name that a shell would accept: letters, digits and _, not starting with a digit.
bool IsEnvName(std::string_view name);

}  // namespace monsoon
