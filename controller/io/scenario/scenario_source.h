// ScenarioSource: everything that reading a scenario depends on, handed in, so that reading is
// pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "controller/io/scenario/env_expansion.h"

namespace monsoon {

enum class PathKind { kMissing, kFile, kFolder };
using PathLookup = std::function<PathKind(const std::string& path)>;
// The file's content, or why it cannot be read: half a sentence that goes on after the path.
using FileReader = std::function<absl::StatusOr<std::string>(const std::string& path)>;
// OK when a tokenizer can be opened there, else why not: a sentence that names the path.
using TokenizerCheck = std::function<absl::Status(const std::string& path)>;

struct ScenarioSource {
  std::string text;                    // the YAML
  std::string file_name;               // for messages, as the user named it
  std::string folder;                  // what relative paths in it start from; absolute
  std::vector<std::string> overrides;  // of --set, "key=value", applied in order
  EnvLookup env;
  // Empty: neither the files nor the API keys that the scenario names need to be there. That is for
  // reporting again, perhaps on another machine.
  PathLookup paths;
  FileReader read_file;            // not asked when `paths` is empty
  TokenizerCheck check_tokenizer;  // empty: tokenizers are not opened
};

}  // namespace monsoon
