// Turns a YAML value into JSON, for `engine.extra_body`.
#pragma once

#include <string>

#include "controller/io/scenario/yaml_node.h"

namespace monsoon {

// Compact JSON in the order of the YAML. Plain scalars become null, true, false or numbers where
// they look like one (YAML 1.2 core schema, decimal only), everything else a string.
std::string YamlToJson(const YamlNode& node);

}  // namespace monsoon
