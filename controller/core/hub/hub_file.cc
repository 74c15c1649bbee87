#include "controller/core/hub/hub_file.h"

#include <algorithm>

#include "absl/strings/ascii.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr std::string_view kDatasetForm = "hf:ORG/NAME/FILE or ms:ORG/NAME/FILE";
constexpr std::string_view kModelForm = "hf:ORG/NAME or ms:ORG/NAME";
constexpr std::string_view kTokenizerFile = "tokenizer.json";

bool IsNameChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

bool IsNamePart(std::string_view part) {
  return !part.empty() && part.front() != '.' && part.find("..") == part.npos &&
         std::all_of(part.begin(), part.end(), IsNameChar);
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
}

// Every component is a plain name: nothing may climb out of the cache's folder.
bool IsSafePath(std::string_view path) {
  if (path.empty() || HasControl(path)) return false;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

absl::Status Expected(std::string_view form) {
  return absl::InvalidArgumentError(StrCat("expected ", form));
}

// Takes "hf:" and "ORG/NAME[@REVISION]" off the front of `text`; what is left is the file.
absl::StatusOr<HubFile> ParseRepo(std::string_view& text, std::string_view form) {
  const size_t colon = text.find(':');
  const std::optional<Hub> hub = HubFromPrefix(text.substr(0, colon));
  if (colon == text.npos || !hub.has_value()) return Expected(form);
  text.remove_prefix(colon + 1);
  const size_t slash = text.find('/');
  const size_t end =
      slash == text.npos ? text.size() : std::min(text.find('/', slash + 1), text.size());
  const std::string_view repo_and_revision = text.substr(0, end);
  const size_t at = repo_and_revision.find('@');
  HubFile file{.hub = *hub,
               .repo = std::string(repo_and_revision.substr(0, at)),
               .revision = std::string(DefaultRevision(*hub))};
  if (at != text.npos) file.revision = std::string(repo_and_revision.substr(at + 1));
  if (!IsRepoName(file.repo) || !IsRevision(file.revision)) return Expected(form);
  text.remove_prefix(std::min(end + 1, text.size()));
  return file;
}

}  // namespace

std::string_view HubPrefix(Hub hub) { return hub == Hub::kModelScope ? "ms" : "hf"; }

std::string_view HubTitle(Hub hub) {
  return hub == Hub::kModelScope ? "ModelScope" : "Hugging Face";
}

std::string_view DefaultRevision(Hub hub) { return hub == Hub::kModelScope ? "master" : "main"; }

std::optional<Hub> HubFromPrefix(std::string_view prefix) {
  for (const Hub hub : {Hub::kHuggingFace, Hub::kModelScope}) {
    if (HubPrefix(hub) == prefix) return hub;
  }
  return std::nullopt;
}

std::string FormatReference(const HubFile& file) {
  const std::string repo = StrCat(HubPrefix(file.hub), ":", file.repo);
  return file.kind == RepoKind::kModel ? repo : StrCat(repo, "/", file.path);
}

absl::StatusOr<HubFile> ParseDatasetReference(std::string_view text) {
  ASSIGN_OR_RETURN(HubFile file, ParseRepo(text, kDatasetForm));
  file.kind = RepoKind::kDataset;
  file.path = std::string(text);
  if (!IsSafePath(file.path)) return Expected(kDatasetForm);
  return file;
}

absl::StatusOr<HubFile> ParseModelReference(std::string_view text) {
  ASSIGN_OR_RETURN(HubFile file, ParseRepo(text, kModelForm));
  file.kind = RepoKind::kModel;
  file.path = std::string(kTokenizerFile);
  if (!text.empty()) return Expected(kModelForm);
  return file;
}

bool IsRepoName(std::string_view text) {
  const size_t slash = text.find('/');
  return slash != text.npos && IsNamePart(text.substr(0, slash)) &&
         IsNamePart(text.substr(slash + 1));
}

bool IsRevision(std::string_view text) { return IsSafePath(text); }

bool IsHex(std::string_view text, size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool IsCommit(std::string_view revision) { return IsHex(revision, 40); }

}  // namespace monsoon
