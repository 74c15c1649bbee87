#include "controller/io/scenario/read_paths.h"

#include <filesystem>
#include <optional>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// Text only: nothing is looked up on disk.
std::string Resolve(const std::string& written, const std::string& home,
                    const std::string& folder) {
  namespace fs = std::filesystem;
  const bool in_home = written.starts_with("~/");
  const fs::path path = in_home ? fs::path(home) / written.substr(2) : fs::path(folder) / written;
  return path.lexically_normal().string();
}

}  // namespace

void ReadPath(MapReader& map, std::string_view key, WantedPath wanted, const ScenarioSource& source,
              std::string& out) {
  std::string written;
  map.ReadText(key, written);
  const YamlNode* const node = map.Find(key);
  if (node == nullptr || !node->IsScalar()) return;
  if (written.empty()) return map.Complain(key, *node, "a path");
  const std::optional<std::string> home = source.env("HOME");
  if (written.starts_with("~/") && !home.has_value()) {
    return map.Complain(key, *node, "a path without '~', because HOME is not set");
  }
  out = Resolve(written, home.value_or(""), source.folder);
  if (!source.paths) return;
  const PathKind found = source.paths(out);
  if (found == PathKind::kMissing) {
    map.Complain(key, *node, StrCat("a file that exists; there is no ", out));
  } else if (found == PathKind::kFolder && wanted == WantedPath::kFile) {
    map.Complain(key, *node, StrCat("a file; ", out, " is a folder"));
  }
}

}  // namespace monsoon
