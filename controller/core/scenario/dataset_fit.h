// Whether a case's dataset and engine go together, as far as the scenario alone tells: what its
// items are (from their format) and what the engine's route takes. Pure; any thread.
//
// A line of line_by_line may also be a chat or a request body, and a chat may have several turns:
// whether the route takes those shows when the file is read (controller/core/dataset/route_fit.h).
#pragma once

#include "absl/status/status.h"

#include "controller/core/scenario/scenario.h"

namespace monsoon {

// INVALID_ARGUMENT, naming dataset, engine and route and what to do, when no item could be sent or
// the length of answers that the dataset asks for has no place in the route's requests. OK for an
// unknown engine type or route.
absl::Status CheckDatasetFit(const DatasetSpec& dataset, const EngineSpec& engine);

}  // namespace monsoon
