// Reads one engine of a scenario. Secrets are named there, never written: a key, password or
// Authorization header in the text is an error, and no message shows it.
#pragma once

#include "controller/core/scenario/scenario.h"
#include "controller/io/scenario/diagnostics.h"
#include "controller/io/scenario/scenario_source.h"
#include "controller/io/scenario/yaml_node.h"

namespace monsoon {

EngineSpec ReadEngine(const YamlNode& node, const ScenarioSource& source, Diagnostics& diagnostics);

}  // namespace monsoon
