#include "agent/io/config/agent_flags.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_join.h"

#include "agent/io/config/config_file.h"
#include "agent/io/config/flag_set.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/version.h"

namespace monsoon {
namespace {

// Line of the file that each of its keys comes from.
using Origins = std::map<std::string, int>;

absl::StatusOr<std::vector<ConfigEntry>> ReadConfig(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  std::error_code unknown;
  // A folder can be opened, and has nothing in it to read.
  if (!file || std::filesystem::is_directory(path, unknown)) {
    return absl::NotFoundError(StrCat("cannot read --config ", path, "; does the file exist?"));
  }
  ASSIGN_OR_RETURN(std::vector<ConfigEntry> entries, ParseConfig(text.str(), path));
  RETURN_IF_ERROR(CheckConfigKeys(entries, path, ConfigKeys()));
  return entries;
}

std::vector<std::string> AsWords(const ConfigEntry& entry) {
  std::vector<std::string> words;
  for (const std::string& value : entry.values)
    words.push_back(StrCat("--", entry.key, "=", value));
  return words;
}

// CLI11 wants them last one first.
void Parse(CLI::App& app, std::vector<std::string> words) {
  std::reverse(words.begin(), words.end());
  app.parse(std::move(words));
}

// By itself, so that a wrong value is told with its line.
absl::Status CheckEntry(const ConfigEntry& entry, const std::string& path) {
  AgentFlags scratch;
  try {
    Parse(*DeclareFlags(scratch), AsWords(entry));
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(StrCat(path, ":", entry.line, ": ", error.what()));
  }
  return absl::OkStatus();
}

std::string TomlValue(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return option.as<bool>() ? "true" : "false";
  std::vector<std::string> values;
  if (option.count() > 0) {
    values = option.reduced_results();
  } else if (!option.get_default_str().empty()) {
    values = {option.get_default_str()};
  }
  const bool list = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  const auto quote = [](std::string* out, const std::string& value) {
    const bool number =
        !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
    if (number) {
      out->append(value);
      return;
    }
    out->append("\"");
    for (const char c : value) {
      if (c == '"' || c == '\\') out->push_back('\\');
      out->push_back(c);
    }
    out->append("\"");
  };
  std::string joined = absl::StrJoin(values, ", ", quote);
  if (list) return StrCat("[", joined, "]");
  return joined;  // empty: not set
}

std::string Effective(const CLI::App& app, const std::string& path, const Origins& origins) {
  std::string text = StrCat("# what holds for monsoon agent ", kVersion, "\n");
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_configurable() || option->get_lnames().empty()) continue;
    const std::string key = KeyOf(*option);
    if (key == "help" || key == "version" || key == "config") continue;
    const auto origin = origins.find(key);
    std::string from = "default";
    if (origin != origins.end()) {
      from = StrCat(path, ":", origin->second);
    } else if (option->count() > 0) {
      from = "command line";
    }
    const std::string value = TomlValue(*option);
    std::string line = value.empty() ? StrCat("#", key, " = \"\"") : StrCat(key, " = ", value);
    line.resize(std::max<size_t>(line.size(), 48), ' ');
    text += StrCat(line, "  # ", from, "\n");
  }
  return text;
}

std::unique_ptr<CLI::App> DeclareAll(AgentFlags& flags, std::string& config_path) {
  std::unique_ptr<CLI::App> app = DeclareFlags(flags);
  app->add_option(
         "--config", config_path,
         "A file that sets flags, which the command line overrides (TOML, the names of the "
         "flags without dashes)")
      ->configurable(false);
  return app;
}

// What the file sets and the command line does not, as words to go before the command line.
absl::StatusOr<std::vector<std::string>> WordsFromFile(const std::string& path,
                                                       const CLI::App& command_line,
                                                       Origins& origins) {
  std::vector<std::string> words;
  ASSIGN_OR_RETURN(const std::vector<ConfigEntry> entries, ReadConfig(path));
  for (const ConfigEntry& entry : entries) {
    RETURN_IF_ERROR(CheckEntry(entry, path));
    if (command_line.get_option("--" + entry.key)->count() > 0) continue;
    origins[entry.key] = entry.line;
    const std::vector<std::string> more = AsWords(entry);
    words.insert(words.end(), more.begin(), more.end());
  }
  return words;
}

}  // namespace

std::vector<std::string> ConfigKeys() {
  AgentFlags flags;
  const std::unique_ptr<CLI::App> app = DeclareFlags(flags);
  std::vector<std::string> keys;
  for (const CLI::Option* option : app->get_options()) {
    if (option->get_lnames().empty() || !option->get_configurable()) continue;
    const std::string key = KeyOf(*option);
    if (key != "help" && key != "version") keys.push_back(key);
  }
  return keys;
}

std::optional<AgentFlags> ParseAgentFlags(int argc, char** argv, int* exit_status) {
  AgentFlags first;
  std::string config_path;
  const std::unique_ptr<CLI::App> command_line = DeclareAll(first, config_path);
  const std::vector<std::string> given(argv + 1, argv + argc);
  try {
    Parse(*command_line, given);
  } catch (const CLI::ParseError& error) {
    *exit_status = command_line->exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  Origins origins;
  std::vector<std::string> words;
  if (!config_path.empty()) {
    absl::StatusOr<std::vector<std::string>> from_file =
        WordsFromFile(config_path, *command_line, origins);
    if (!from_file.ok()) {
      std::cerr << ToStd(from_file.status().message()) << "\n";
      *exit_status = 2;
      return std::nullopt;
    }
    words = *std::move(from_file);
  }
  words.insert(words.end(), given.begin(), given.end());
  AgentFlags flags;
  const std::unique_ptr<CLI::App> app = DeclareAll(flags, config_path);
  Parse(*app, words);
  flags.effective = Effective(*app, config_path, origins);
  return flags;
}

}  // namespace monsoon
