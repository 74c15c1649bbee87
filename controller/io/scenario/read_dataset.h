// Reads one `dataset:` mapping of a scenario.
#pragma once

#include "controller/core/scenario/scenario.h"
#include "controller/io/scenario/diagnostics.h"
#include "controller/io/scenario/scenario_source.h"
#include "controller/io/scenario/yaml_node.h"

namespace monsoon {

// Reports everything wrong with it; what could not be read keeps its default.
DatasetSpec ReadDataset(const YamlNode& node, const ScenarioSource& source,
                        Diagnostics& diagnostics);

}  // namespace monsoon
