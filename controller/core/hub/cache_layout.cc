#include "controller/core/hub/cache_layout.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr size_t kMaxNameBytes = 200;

std::string RepoFolder(const HubFile& file) {
  const std::string_view kind = file.kind == RepoKind::kDataset ? "datasets" : "models";
  return StrCat(kind, "--", absl::StrReplaceAll(file.repo, {{"/", "--"}}));
}

}  // namespace

std::string BlobName(std::string_view etag) {
  std::string name(etag.substr(0, kMaxNameBytes));
  for (char& c : name) {
    const bool plain = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
    if (!plain) c = '_';
  }
  return name;
}

std::string BlobPath(std::string_view root, const HubFile& file, std::string_view etag) {
  return StrCat(root, "/", RepoFolder(file), "/blobs/", BlobName(etag));
}

std::string PartialPath(std::string_view root, const HubFile& file, std::string_view etag) {
  return BlobPath(root, file, etag) + ".incomplete";
}

std::string LockPath(std::string_view root, const HubFile& file, std::string_view etag) {
  return StrCat(root, "/.locks/", RepoFolder(file), "/", BlobName(etag), ".lock");
}

std::string RefPath(std::string_view root, const HubFile& file) {
  return StrCat(root, "/", RepoFolder(file), "/refs/", file.revision);
}

std::string SnapshotPath(std::string_view root, const HubFile& file, std::string_view commit) {
  return StrCat(root, "/", RepoFolder(file), "/snapshots/", commit, "/", file.path);
}

std::string BlobLinkTarget(const HubFile& file, std::string_view commit, std::string_view etag) {
  std::string up = "../../";
  for (const char c : StrCat(commit, file.path)) {
    if (c == '/') up += "../";
  }
  return StrCat(up, "blobs/", BlobName(etag));
}

std::string ModelScopePath(std::string_view root, const HubFile& file) {
  const size_t slash = file.repo.find('/');
  const std::string name = absl::StrReplaceAll(file.repo.substr(slash + 1), {{".", "___"}});
  const std::string_view kind = file.kind == RepoKind::kDataset ? "datasets" : "models";
  return StrCat(root, "/", kind, "/", file.repo.substr(0, slash), "/", name, "/", file.path);
}

}  // namespace monsoon
