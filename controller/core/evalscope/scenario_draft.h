// ScenarioDraft: what the parts of the translation share: the command, the scenario so far, what
// has no counterpart, and what is wrong. Pure; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "controller/core/evalscope/evalscope_command.h"
#include "controller/core/evalscope/yaml_lines.h"

namespace monsoon {

// The text of a file that the command names with '@'. NOT_FOUND with a sentence.
using ReadTextFile = std::function<absl::StatusOr<std::string>(const std::string& path)>;

// Shared by the parts; each reads some flags and adds its lines.
class ScenarioDraft {
 public:
  ScenarioDraft(const EvalscopeCommand* command, ReadTextFile read_file)
      : command_(*command), read_file_(std::move(read_file)) {}

  const EvalscopeCommand& command() const { return command_; }

  // Values of a flag, checked; what is wrong becomes a problem and reads as if it were absent.
  std::optional<int64_t> Int(std::string_view flag, int64_t min,
                             int64_t max = std::numeric_limits<int64_t>::max());
  std::vector<int64_t> Ints(std::string_view flag, int64_t min, int64_t max);
  std::optional<double> Number(std::string_view flag, double min, double max);
  std::vector<double> Numbers(std::string_view flag, double min, double max);
  // The value itself, or the text of the file that "@path" names.
  std::optional<std::string> TextOrFile(std::string_view flag);

  void Problem(std::string sentence) { problems_.push_back(std::move(sentence)); }
  // Something that the scenario cannot say: "--flag: why".
  void Note(std::string sentence) { notes_.push_back(std::move(sentence)); }

  YamlLines yaml;
  const std::vector<std::string>& problems() const { return problems_; }
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  const EvalscopeCommand& command_;
  const ReadTextFile read_file_;
  std::vector<std::string> problems_;
  std::vector<std::string> notes_;
};

// A number as a scenario writes it: 0.5, 3.
std::string NumberText(double value);

}  // namespace monsoon
