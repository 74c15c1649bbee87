// Whether the entries of a dataset file can be sent on an engine's route, now that they were read:
// what CheckDatasetFit (controller/core/scenario/dataset_fit.h) cannot know from the format alone.
// A line of line_by_line may be a prompt, a chat or a whole body, a conversation may have several
// turns where the route's prompt template has a place for one. Pure; any thread.
//
// The agents' adapters would refuse the same items, one request at a time.
#pragma once

#include <vector>

#include "absl/status/status.h"

#include "controller/core/dataset/item_shape.h"
#include "controller/core/scenario/scenario.h"

namespace monsoon {

// INVALID_ARGUMENT "FILE:LINE:COLUMN: ...", naming engine and route and what to do, for the first
// entry of `shapes` that the engine's route does not take. OK for an unknown engine type or route.
absl::Status CheckRouteFit(const std::vector<SeenShape>& shapes, const EngineSpec& engine);

}  // namespace monsoon
