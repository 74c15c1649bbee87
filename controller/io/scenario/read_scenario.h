// Reads a whole scenario from its tree.
#pragma once

#include "controller/core/scenario/scenario.h"
#include "controller/io/scenario/diagnostics.h"
#include "controller/io/scenario/scenario_source.h"
#include "controller/io/scenario/yaml_node.h"

namespace monsoon {

// The scenario that `root` (overrides applied, environment expanded) describes. Complete only when
// `diagnostics` is still empty. `can_expand` is false when a value of `root` is broken already.
Scenario ReadScenario(const YamlNode& root, const ScenarioSource& source, bool can_expand,
                      Diagnostics& diagnostics);

}  // namespace monsoon
