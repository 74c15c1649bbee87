#include "controller/io/scenario/read_paths.h"

#include <filesystem>

#include "common/base/str_cat.h"

namespace monsoon {

std::optional<std::string> ResolvePath(const std::string& written, const ScenarioSource& source) {
  namespace fs = std::filesystem;
  const std::optional<std::string> home = source.env("HOME");
  const bool in_home = written.starts_with("~/");
  if (in_home && !home.has_value()) return std::nullopt;
  const fs::path path =
      in_home ? fs::path(*home) / written.substr(2) : fs::path(source.folder) / written;
  return path.lexically_normal().string();
}

void ReadPath(MapReader& map, std::string_view key, WantedPath wanted, const ScenarioSource& source,
              std::string& out) {
  std::string written;
  map.ReadText(key, written);
  const YamlNode* const node = map.Find(key);
  if (node == nullptr || !node->IsScalar()) return;
  if (written.empty()) return map.Complain(key, *node, "a path");
  const std::optional<std::string> resolved = ResolvePath(written, source);
  if (!resolved.has_value()) {
    return map.Complain(key, *node, "a path without '~', because HOME is not set");
  }
  out = *resolved;
  if (!source.paths) return;
  const PathKind found = source.paths(out);
  if (found == PathKind::kMissing) {
    map.Complain(key, *node, StrCat("a file that exists; there is no ", out));
  } else if (found == PathKind::kFolder && wanted == WantedPath::kFile) {
    map.Complain(key, *node, StrCat("a file; ", out, " is a folder"));
  }
}

}  // namespace monsoon
