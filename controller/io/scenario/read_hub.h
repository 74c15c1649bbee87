// Reads where a scenario's files come from: a path, or a hub.
#pragma once

#include <string_view>

#include "controller/core/scenario/scenario.h"
#include "controller/io/scenario/map_reader.h"
#include "controller/io/scenario/scenario_source.h"

namespace monsoon {

// "hub:ORG/NAME" is a tokenizer on whichever hub has it, even where a path looks the same.
inline constexpr std::string_view kAnyHubPrefix = "hub:";

// `tokenizer` of a model: a path that is there, hf:ORG/NAME[@REVISION], or ORG/NAME.
void ReadTokenizer(MapReader& map, const ScenarioSource& source, ModelSpec& model);

// `path`, or `hub`, `revision` and `sha256`, or none of them for a format that has a well-known
// file. REQUIRES: the dataset's format has been read.
void ReadDatasetSource(MapReader& map, const ScenarioSource& source, DatasetSpec& dataset);

}  // namespace monsoon
