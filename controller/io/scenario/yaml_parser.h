// Turns YAML text into a YamlNode. The only code that knows yaml-cpp; none of its exceptions leave.
#pragma once

#include <optional>
#include <string_view>

#include "controller/io/scenario/diagnostics.h"
#include "controller/io/scenario/yaml_node.h"

namespace monsoon {

// The one document in `text`, which is source number `source` of `diagnostics`. nullopt when the
// text is no YAML at all (one error is reported); an empty text is a null node. A key that comes
// twice is reported and its second value dropped.
std::optional<YamlNode> ParseYaml(std::string_view text, int source, Diagnostics& diagnostics);

}  // namespace monsoon
