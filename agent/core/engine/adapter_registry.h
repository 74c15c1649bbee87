// Engine type -> adapter. Adding an engine: one file pair beside this one, one line in the .cc, one
// row in common/model/engine_type.cc.
#pragma once

#include <memory>

#include "absl/status/statusor.h"

#include "agent/core/engine/engine_adapter.h"
#include "common/model/agent_case.h"

namespace monsoon {

// The adapter for `agent_case.engine.type`. UNIMPLEMENTED, naming the types that this agent knows,
// for another; INVALID_ARGUMENT when the case asks for something that the engine lacks.
absl::StatusOr<std::unique_ptr<EngineAdapter>> MakeEngineAdapter(const AgentCase& agent_case);

}  // namespace monsoon
