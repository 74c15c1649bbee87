// Dialect -> adapter. Adding an engine whose JSON is like another's: rows of the engine table
// (common/model/engine_table.cc). Adding a dialect: one file pair in dialect/, one line in the .cc.
#pragma once

#include <memory>

#include "absl/status/statusor.h"

#include "agent/core/engine/engine_adapter.h"
#include "common/model/agent_case.h"

namespace monsoon {

// The adapter for the type and route of `agent_case.engine`. UNIMPLEMENTED, naming what this agent
// knows, for another; INVALID_ARGUMENT when the case asks for something that the engine lacks.
absl::StatusOr<std::unique_ptr<EngineAdapter>> MakeEngineAdapter(const AgentCase& agent_case);

}  // namespace monsoon
