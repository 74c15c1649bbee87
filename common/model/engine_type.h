// The engine types that a scenario can name. Both programs read this table: the controller to check
// a scenario, the agent to choose the adapter (agent/core/engine/adapter_registry.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "common/model/agent_case.h"

namespace monsoon {

struct EngineType {
  std::string_view name;          // what `engine.type` says
  std::string_view default_path;  // appended to a URL that has no path
  std::string_view summary;       // one line for messages and docs
  // Members of Sampling that the engine has no parameter for.
  std::vector<std::string_view> lacks;
};

const std::vector<EngineType>& EngineTypes();
// nullptr when no engine has that name.
const EngineType* FindEngineType(std::string_view name);
std::vector<std::string> EngineTypeNames();

// INVALID_ARGUMENT, naming the parameter, when `sampling` asks for one that engines of this type
// lack: leaving it out in silence would make engines look comparable that are not. OK for an
// unknown type.
absl::Status CheckSampling(std::string_view engine_type, const Sampling& sampling);

}  // namespace monsoon
