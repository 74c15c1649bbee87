// Reads the keys of an engine of `type: custom`: body or query_template, and response
// (common/model/custom_engine.h).
#pragma once

#include <string>

#include "common/model/custom_engine.h"
#include "controller/io/scenario/map_reader.h"

namespace monsoon {

// `map` is the engine's mapping. On an engine of another type these keys are reported.
void ReadCustom(MapReader& map, const std::string& type, CustomEngine& custom);

}  // namespace monsoon
