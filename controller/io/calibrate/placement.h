// Placement: which CPU each process of a calibration runs on.
//
// PlaceThisProcess changes the calling thread; call it before any other thread exists.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace monsoon {

struct Placement {
  std::optional<int> agent_core;  // none: wherever the system puts it
  std::optional<int> engine_core;
};

// `pin`: the agent on the first CPU that this process may use, the engine on the second.
// FAILED_PRECONDITION when there is only one; INVALID_ARGUMENT when `asked` names a CPU as well, or
// one for both, or one that this process may not use.
absl::StatusOr<Placement> ChoosePlacement(const Placement& asked, bool pin);

// Keeps this process off the agent's CPU, if it has one for itself and there is another.
void PlaceThisProcess(const Placement& placement);

}  // namespace monsoon
