// The engine types that a scenario can name. Both programs read this table: the controller to check
// a scenario, the agent to choose the adapter (agent/core/engine/adapter_registry.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace monsoon {

struct EngineType {
  std::string_view name;          // what `engine.type` says
  std::string_view default_path;  // appended to a URL that has no path
  std::string_view summary;       // one line for messages and docs
};

const std::vector<EngineType>& EngineTypes();
// nullptr when no engine has that name.
const EngineType* FindEngineType(std::string_view name);
std::vector<std::string> EngineTypeNames();

}  // namespace monsoon
