// Reads a path that a scenario names.
#pragma once

#include <string>
#include <string_view>

#include "controller/io/scenario/map_reader.h"
#include "controller/io/scenario/scenario_source.h"

namespace monsoon {

enum class WantedPath { kFile, kFileOrFolder };

// `~/` is the home folder; a relative path starts at the scenario file's folder. Reports a path
// that is not there, unless source.paths is empty.
void ReadPath(MapReader& map, std::string_view key, WantedPath wanted, const ScenarioSource& source,
              std::string& out);

}  // namespace monsoon
