#include "controller/io/scenario/read_hub.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/str_cat.h"
#include "controller/core/hub/hub_catalogue.h"
#include "controller/core/hub/hub_file.h"
#include "controller/io/scenario/read_label.h"
#include "controller/io/scenario/read_paths.h"

namespace monsoon {
namespace {

constexpr size_t kSha256Digits = 64;

bool HasHubPrefix(std::string_view text) {
  return text.starts_with(kAnyHubPrefix) || HubFromPrefix(text.substr(0, text.find(':')));
}

// ORG/NAME that is no path on this machine. Where nothing may be looked up, it is a path.
bool IsNameOnly(const std::string& text, const ScenarioSource& source) {
  if (!source.paths || !IsRepoName(text)) return false;
  const std::optional<std::string> path = ResolvePath(text, source);
  return path.has_value() && source.paths(*path) == PathKind::kMissing;
}

HubSpec SplitRevision(std::string_view text) {
  if (text.starts_with(kAnyHubPrefix)) text.remove_prefix(kAnyHubPrefix.size());
  const size_t at = text.find('@');
  HubSpec hub{.from = std::string(text.substr(0, at))};
  if (at != text.npos) hub.revision = std::string(text.substr(at + 1));
  return hub;
}

void ReadSha256(MapReader& map, std::string& sha256) {
  std::string text;
  map.ReadText("sha256", text);
  const YamlNode* const node = map.Find("sha256");
  if (node == nullptr || !node->IsScalar()) return;
  if (!IsHex(text, kSha256Digits)) {
    return map.Complain("sha256", *node, "64 hexadecimal digits in lower case");
  }
  sha256 = std::move(text);
}

void ReadTokenizerPath(MapReader& map, const ScenarioSource& source, std::string& path) {
  const size_t errors_before = map.diagnostics().count();
  ReadPath(map, "tokenizer", WantedPath::kFileOrFolder, source, path);
  if (path.empty() || !source.check_tokenizer) return;
  if (map.diagnostics().count() > errors_before) return;
  if (const absl::Status status = source.check_tokenizer(path); !status.ok()) {
    map.Report("tokenizer", StrCat(map.FullKey("tokenizer"), ": ", ToStd(status.message())));
  }
}

}  // namespace

void ReadTokenizer(MapReader& map, const ScenarioSource& source, ModelSpec& model) {
  const YamlNode* const node = map.Find("tokenizer");
  const bool on_hub = node != nullptr && node->IsScalar() &&
                      (HasHubPrefix(node->scalar) || IsNameOnly(node->scalar, source));
  if (!on_hub) {
    return ReadTokenizerPath(map, source, model.tokenizer);
  }
  HubSpec hub = SplitRevision(node->scalar);
  const absl::StatusOr<std::vector<HubFile>> candidates =
      TokenizerCandidates(hub.from, hub.revision, HubChoice::kAuto);
  if (candidates.ok()) {
    model.tokenizer_hub = std::move(hub);
  } else {
    map.Report("tokenizer", StrCat(map.FullKey("tokenizer"), " is ", Describe(*node), ": ",
                                   ToStd(candidates.status().message())));
  }
}

void ReadDatasetSource(MapReader& map, const ScenarioSource& source, DatasetSpec& dataset) {
  ReadPath(map, "path", WantedPath::kFile, source, dataset.path);
  HubSpec hub;
  map.ReadText("hub", hub.from);
  map.ReadText("revision", hub.revision);
  ReadSha256(map, hub.sha256);
  const bool names_hub = map.Has("hub") || map.Has("revision") || map.Has("sha256");
  const std::string_view format = DatasetFormatName(dataset.format);
  if (map.Has("path")) {
    if (names_hub) {
      map.Report("path",
                 "dataset has a path and hub, revision or sha256: expected a file of this machine "
                 "or one of a hub");
    }
    return;
  }
  if (!map.Has("hub")) {
    const bool named = map.Has("name") || map.Has("format");
    if (!named || !InCatalogue(format)) return RequireKey(map, "path", "the dataset's file");
    hub.from = "auto";
  }
  const absl::StatusOr<std::vector<HubFile>> candidates =
      DatasetCandidates(hub.from, hub.revision, format, HubChoice::kAuto);
  if (candidates.ok()) {
    dataset.hub = std::move(hub);
  } else {
    map.Report(map.Has("hub") ? "hub" : "revision",
               StrCat("dataset.hub is ", QuoteForMessage(hub.from), ": ",
                      ToStd(candidates.status().message())));
  }
}

}  // namespace monsoon
