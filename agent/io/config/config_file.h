// The agent's configuration file as text: TOML without tables, and, as INI has it, without the
// quotes where a value is one word.
//
//   # a comment
//   listen = "127.0.0.1:7070"
//   threads = 4
//   insecure-listen = false
//   allow-target = ["10.0.0.0/8", "192.0.2.7"]
//
// Keys are the names of flags without dashes. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace monsoon {

struct ConfigEntry {
  std::string key;
  std::vector<std::string> values;  // one, or those of an array
  int line = 0;                     // from 1
};

// In the order of the file. INVALID_ARGUMENT, beginning with "path:line: ", for a line that is none
// of the above and for a key that comes twice. `path` is for messages only.
absl::StatusOr<std::vector<ConfigEntry>> ParseConfig(std::string_view text,
                                                     const std::string& path);

// INVALID_ARGUMENT for the first key that is not in `known`; it names the nearest one.
absl::Status CheckConfigKeys(const std::vector<ConfigEntry>& entries, const std::string& path,
                             const std::vector<std::string>& known);

}  // namespace monsoon
