// Reads labels (names of models, datasets and engines), and reports keys that must be there.
#pragma once

#include <string>
#include <string_view>

#include "controller/io/scenario/map_reader.h"

namespace monsoon {

// A label such as a model's name: reported when it is given but wrong.
void ReadLabel(MapReader& map, std::string_view key, std::string& out);

// Reports `key` as missing, at the mapping's place, unless it is there.
void RequireKey(MapReader& map, std::string_view key, std::string_view expected);

}  // namespace monsoon
