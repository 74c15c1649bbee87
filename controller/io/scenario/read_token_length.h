// Reads how many tokens something is to have.
#pragma once

#include <string_view>

#include "controller/core/dataset/token_length.h"
#include "controller/io/scenario/map_reader.h"

namespace monsoon {

enum class ReferenceAllowed { kNo, kYes };

// `1024`, `{min: 512, max: 1024}`, `{mean: 512, stddev: 128}` (with bounds or without: from `least`
// on) or, where allowed, `reference`. Reports what is wrong; leaves `out` alone when `key` is
// absent.
void ReadTokenLength(MapReader& map, std::string_view key, ReferenceAllowed reference,
                     int64_t least, TokenLength& out);

}  // namespace monsoon
