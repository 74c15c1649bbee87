// Reads the parts of a scenario that are not axes of the matrix: how to ask (sampling), how long to
// wait, what to accept. Each changes only what its mapping names, so that an entry of `cases:`
// builds upon the top level.
#pragma once

#include "controller/core/scenario/scenario.h"
#include "controller/io/scenario/map_reader.h"

namespace monsoon {

// requests, duration, grace, warmup, sampling, timeouts, limits, token_source, verify_usage,
// keep_answers, gates and verdict of `map`, into `spec`.
void ReadSettings(MapReader& map, CaseSpec& spec);

}  // namespace monsoon
