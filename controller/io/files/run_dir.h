// The folder of a run, made under its final name before anything is sent, so that no two runs can
// share one and nothing is renamed later.
//
// Blocking file calls; any thread. Errors name the path and what to do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace monsoon {

// Makes `base`/<name>-<UTC time> (and `base` itself); when that exists, -2, -3, ... is appended.
// Characters of `name` that do not belong in a file name become '-'. Returns the path.
absl::StatusOr<std::string> CreateRunDir(const std::string& base, std::string_view name,
                                         int64_t wall_ns);

// For an explicit --out: `path` is made, parents too; an existing empty folder is taken as it is.
// ALREADY_EXISTS when it is a non-empty folder or not a folder.
absl::StatusOr<std::string> CreateRunDirAt(const std::string& path);

}  // namespace monsoon
