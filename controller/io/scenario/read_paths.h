// Reads a path that a scenario names.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/io/scenario/map_reader.h"
#include "controller/io/scenario/scenario_source.h"

namespace monsoon {

enum class WantedPath { kFile, kFileOrFolder };

// The path that `written` means: `~/` is the home folder, a relative one starts at the scenario
// file's folder. nullopt for `~/` without HOME. Nothing is looked up on disk.
std::optional<std::string> ResolvePath(const std::string& written, const ScenarioSource& source);

// Reads such a path. Reports one that is not there, unless source.paths is empty.
void ReadPath(MapReader& map, std::string_view key, WantedPath wanted, const ScenarioSource& source,
              std::string& out);

}  // namespace monsoon
