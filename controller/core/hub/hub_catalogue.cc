#include "controller/core/hub/hub_catalogue.h"

#include <array>

#include "absl/strings/str_join.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

struct Row {
  std::string_view format;
  Hub hub;
  std::string_view repo;
  std::string_view path;
};

// The files that published comparisons use. Order matters: the first of a format is tried first.
constexpr std::array<Row, 6> kRows = {
    {{"openqa", Hub::kHuggingFace, "Hello-SimpleAI/HC3-Chinese", "open_qa.jsonl"},
     {"openqa", Hub::kModelScope, "AI-ModelScope/HC3-Chinese", "open_qa.jsonl"},
     {"longalpaca", Hub::kHuggingFace, "Yukang/LongAlpaca-12k", "LongAlpaca-12k.json"},
     {"longalpaca", Hub::kModelScope, "AI-ModelScope/LongAlpaca-12k", "LongAlpaca-12k.json"},
     {"sharegpt", Hub::kHuggingFace, "anon8231489123/ShareGPT_Vicuna_unfiltered",
      "ShareGPT_V3_unfiltered_cleaned_split.json"},
     {"sharegpt", Hub::kModelScope, "gliang1001/ShareGPT_V3_unfiltered_cleaned_split",
      "ShareGPT_V3_unfiltered_cleaned_split.json"}}};

bool Allows(HubChoice choice, Hub hub) {
  return choice == HubChoice::kAuto ||
         (choice == HubChoice::kModelScope) == (hub == Hub::kModelScope);
}

absl::Status CheckRevision(std::string_view from, std::string_view revision) {
  if (revision.empty()) return absl::OkStatus();
  if (!IsRevision(revision)) {
    return absl::InvalidArgumentError("expected a branch, a tag or a commit as the revision");
  }
  if (from == "auto") {
    return absl::InvalidArgumentError(
        "a revision belongs to one hub: expected `hub: hf` or `hub: ms` with it");
  }
  return absl::OkStatus();
}

// A revision beside the reference and one inside it would contradict each other.
absl::Status ApplyRevision(std::string_view from, std::string_view revision, HubFile& file) {
  if (revision.empty()) return absl::OkStatus();
  if (from.find('@') != from.npos && file.revision != revision) {
    return absl::InvalidArgumentError(StrCat("the revision is given twice, as '", file.revision,
                                             "' and '", revision, "': expected it once"));
  }
  file.revision = std::string(revision);
  return absl::OkStatus();
}

}  // namespace

std::optional<HubChoice> HubChoiceFromName(std::string_view name) {
  if (name == "auto") return HubChoice::kAuto;
  if (name == HubPrefix(Hub::kHuggingFace)) return HubChoice::kHuggingFace;
  if (name == HubPrefix(Hub::kModelScope)) return HubChoice::kModelScope;
  return std::nullopt;
}

bool InCatalogue(std::string_view format) {
  return !CatalogueFiles(format, HubChoice::kAuto).empty();
}

std::string CatalogueNames() {
  std::vector<std::string> names;
  for (const Row& row : kRows) {
    if (names.empty() || names.back() != row.format) names.emplace_back(row.format);
  }
  return absl::StrJoin(names, ", ");
}

std::vector<HubFile> CatalogueFiles(std::string_view format, HubChoice choice) {
  std::vector<HubFile> files;
  for (const Row& row : kRows) {
    if (row.format != format || !Allows(choice, row.hub)) continue;
    files.push_back({.hub = row.hub,
                     .kind = RepoKind::kDataset,
                     .repo = std::string(row.repo),
                     .revision = std::string(DefaultRevision(row.hub)),
                     .path = std::string(row.path)});
  }
  return files;
}

absl::StatusOr<std::vector<HubFile>> DatasetCandidates(std::string_view from,
                                                       std::string_view revision,
                                                       std::string_view format, HubChoice choice) {
  RETURN_IF_ERROR(CheckRevision(from, revision));
  if (const std::optional<HubChoice> named = HubChoiceFromName(from)) {
    std::vector<HubFile> files =
        CatalogueFiles(format, *named == HubChoice::kAuto ? choice : *named);
    if (files.empty()) {
      return absl::InvalidArgumentError(StrCat("no well-known file has the format ", format,
                                               ": expected hf:ORG/NAME/FILE or "
                                               "ms:ORG/NAME/FILE, or a format of ",
                                               CatalogueNames()));
    }
    for (HubFile& file : files) RETURN_IF_ERROR(ApplyRevision(from, revision, file));
    return files;
  }
  ASSIGN_OR_RETURN(HubFile file, ParseDatasetReference(from));
  RETURN_IF_ERROR(ApplyRevision(from, revision, file));
  return std::vector<HubFile>{std::move(file)};
}

absl::StatusOr<std::vector<HubFile>> TokenizerCandidates(std::string_view from,
                                                         std::string_view revision,
                                                         HubChoice choice) {
  std::vector<HubFile> files;
  const bool any_hub = IsRepoName(from);
  RETURN_IF_ERROR(CheckRevision(any_hub ? "auto" : from, revision));
  for (const Hub hub : {Hub::kHuggingFace, Hub::kModelScope}) {
    if (any_hub && !Allows(choice, hub)) continue;
    const std::string reference = any_hub ? StrCat(HubPrefix(hub), ":", from) : std::string(from);
    ASSIGN_OR_RETURN(HubFile file, ParseModelReference(reference));
    RETURN_IF_ERROR(ApplyRevision(from, revision, file));
    files.push_back(std::move(file));
    if (!any_hub) break;
  }
  return files;
}

}  // namespace monsoon
