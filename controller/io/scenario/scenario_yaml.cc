#include "controller/io/scenario/scenario_yaml.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/io/scenario/diagnostics.h"
#include "controller/io/scenario/overrides.h"
#include "controller/io/scenario/read_scenario.h"
#include "controller/io/scenario/yaml_parser.h"
#include "controller/io/tokenizer/open_tokenizer.h"

namespace monsoon {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFileBytes = 16 << 20;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    return absl::NotFoundError(StrCat(path, ": there is no such file; name a scenario file"));
  }
  if (fs::is_directory(status)) {
    return absl::InvalidArgumentError(StrCat(path, ": is a folder; name a scenario file in it"));
  }
  if (fs::is_regular_file(status) && fs::file_size(path, error) > kMaxFileBytes) {
    return absl::InvalidArgumentError(
        StrCat(path, ": over 16 MiB, which is no scenario; is it the dataset?"));
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(text << file.rdbuf()))) {
    return absl::InvalidArgumentError(StrCat(path, ": cannot be read (",
                                             std::generic_category().message(errno),
                                             "); check its permissions"));
  }
  return std::move(text).str();
}

absl::StatusOr<std::string> ReadNamedFile(const std::string& path) {
  std::error_code error;
  if (fs::file_size(path, error) > kMaxFileBytes || error) {
    return absl::InvalidArgumentError("is no file of at most 16 MiB");
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(text << file.rdbuf()))) {
    return absl::InvalidArgumentError(
        StrCat("cannot be read (", std::generic_category().message(errno), ")"));
  }
  return std::move(text).str();
}

PathKind LookUpPath(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return PathKind::kMissing;
  return fs::is_directory(status) ? PathKind::kFolder : PathKind::kFile;
}

// Models may share a tokenizer, and opening one takes up to a second.
TokenizerCheck CheckTokenizers() {
  return [known = std::map<std::string, absl::Status>()](const std::string& path) mutable {
    const auto found = known.find(path);
    if (found != known.end()) return found->second;
    return known.emplace(path, OpenTokenizer(path).status()).first->second;
  };
}

}  // namespace

absl::StatusOr<Scenario> LoadScenario(const std::string& path,
                                      const std::vector<std::string>& overrides,
                                      const EnvLookup& env, CheckFiles check_files,
                                      TokenizerCheck check_tokenizer) {
  ScenarioSource source;
  ASSIGN_OR_RETURN(source.text, ReadFile(path));
  source.file_name = path;
  std::error_code error;
  source.folder = fs::absolute(path, error).parent_path().lexically_normal().string();
  source.overrides = overrides;
  source.env = env;
  if (check_files == CheckFiles::kYes) {
    source.paths = LookUpPath;
    source.read_file = ReadNamedFile;
    source.check_tokenizer = check_tokenizer ? std::move(check_tokenizer) : CheckTokenizers();
  }
  return ParseScenario(source);
}

absl::StatusOr<Scenario> ParseScenario(const ScenarioSource& source) {
  Diagnostics diagnostics(source.file_name, source.overrides);
  std::optional<YamlNode> root = ParseYaml(source.text, 0, diagnostics);
  if (!root.has_value()) return diagnostics.ToStatus();
  if (root->IsNull()) {
    diagnostics.Add(root->mark, "empty: expected a mapping with model, dataset and engine");
    return diagnostics.ToStatus();
  }
  for (size_t i = 0; i < source.overrides.size() && root->IsMap(); ++i) {
    ApplyOverride(source.overrides[i], static_cast<int>(i) + 1, *root, diagnostics);
  }
  const size_t errors_before = diagnostics.count();
  ExpandEnvironment(*root, source.env, diagnostics);
  const bool expanded = diagnostics.count() == errors_before;
  Scenario scenario = ReadScenario(*root, source, expanded, diagnostics);
  RETURN_IF_ERROR(diagnostics.ToStatus());
  return scenario;
}

EnvLookup ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

}  // namespace monsoon
