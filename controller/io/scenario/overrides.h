// `--set key=value`: changes one value of a scenario's tree before it is read.
//
// The key is a dotted path from the top level; a number steps into a list, from 0. Missing mappings
// on the way are made. The value is YAML, and replaces what was there.
#pragma once

#include <string_view>

#include "controller/io/scenario/diagnostics.h"
#include "controller/io/scenario/yaml_node.h"

namespace monsoon {

// `text` is override number `source` (1 is the first) of `diagnostics`, which gets what is wrong.
void ApplyOverride(std::string_view text, int source, YamlNode& root, Diagnostics& diagnostics);

}  // namespace monsoon
