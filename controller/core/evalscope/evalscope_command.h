// EvalscopeCommand: the flags of one `llmuses perf` or `evalscope perf` command line, found and
// counted, their values not looked at yet. Pure; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "controller/core/evalscope/flag_table.h"

namespace monsoon {

struct EvalscopeCommand {
  bool is_new = false;  // `evalscope perf`: today's defaults; else llmuses', of 2024
  // By full name, as the command's own parser would see them: the last of several wins.
  std::map<std::string, std::vector<std::string>, std::less<>> flags;

  std::string_view program() const { return is_new ? "evalscope perf" : "llmuses perf"; }
  bool Has(std::string_view flag) const { return flags.find(flag) != flags.end(); }
  // The first value; nullopt when the flag is not there.
  std::optional<std::string> Value(std::string_view flag) const;
  // All of them; empty when the flag is not there.
  std::vector<std::string> Values(std::string_view flag) const;
};

// INVALID_ARGUMENT with one line for each thing that is wrong: another command, an unknown flag
// (with the one that was meant), a missing value, a word too many.
absl::StatusOr<EvalscopeCommand> ParseEvalscopeCommand(const std::vector<std::string>& words);

}  // namespace monsoon
