#include "controller/io/hub/cache_files.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/hub/cache_layout.h"

namespace monsoon {
namespace {

namespace fs = std::filesystem;

bool IsFile(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

std::string ReadRef(const std::string& path) {
  std::ifstream file(path);
  std::string commit;
  file >> commit;
  return IsCommit(commit) ? commit : "";
}

absl::Status Failed(std::string_view what, const std::string& path) {
  return absl::InternalError(StrCat("cannot ", what, " ", path, ": ", std::strerror(errno)));
}

// A name beside `path` that no other process uses.
std::string TemporaryName(const std::string& path) {
  return StrCat(path, ".", static_cast<int64_t>(getpid()), ".tmp");
}

absl::Status Rename(const std::string& from, const std::string& to) {
  return std::rename(from.c_str(), to.c_str()) == 0 ? absl::OkStatus() : Failed("write", to);
}

absl::Status WriteRef(const std::string& path, std::string_view commit) {
  RETURN_IF_ERROR(MakeParents(path));
  const std::string temporary = TemporaryName(path);
  {
    std::ofstream file(temporary);
    file << commit;
    if (!file.flush()) return Failed("write", temporary);
  }
  return Rename(temporary, path);
}

}  // namespace

std::optional<CachedFile> FindInCache(const HubServer& server, const HubFile& file) {
  if (server.cache_root.empty()) return std::nullopt;
  CachedFile cached{.revision = file.revision};
  if (file.hub == Hub::kHuggingFace && !IsCommit(file.revision)) {
    cached.revision = ReadRef(RefPath(server.cache_root, file));
    if (cached.revision.empty()) return std::nullopt;
  }
  cached.path = SnapshotPath(server.cache_root, file, cached.revision);
  return IsFile(cached.path) ? std::optional<CachedFile>(cached) : std::nullopt;
}

std::string FindOfModelScope(const HubSettings& settings, const HubFile& file) {
  if (file.hub != Hub::kModelScope) return "";
  for (const std::string& root : settings.model_scope_roots) {
    if (std::string path = ModelScopePath(root, file); IsFile(path)) return path;
  }
  return "";
}

absl::Status MakeParents(const std::string& path) {
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  fs::create_directories(folder, error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(
      StrCat("cannot create ", folder.string(), ": ", error.message(),
             "; name a folder that can be written with HF_HOME (MODELSCOPE_CACHE for ModelScope)"));
}

absl::Status FinishBlob(const HubServer& server, const HubFile& file, std::string_view etag) {
  return Rename(PartialPath(server.cache_root, file, etag),
                BlobPath(server.cache_root, file, etag));
}

absl::Status LinkSnapshot(const HubServer& server, const HubFile& file, std::string_view commit,
                          std::string_view etag) {
  const std::string path = SnapshotPath(server.cache_root, file, commit);
  RETURN_IF_ERROR(MakeParents(path));
  const std::string temporary = TemporaryName(path);
  unlink(temporary.c_str());  // of a process that had this number before
  const std::string target = BlobLinkTarget(file, commit, etag);
  if (symlink(target.c_str(), temporary.c_str()) != 0) {
    // A file system without symbolic links may still have hard ones.
    const std::string blob = BlobPath(server.cache_root, file, etag);
    if (link(blob.c_str(), temporary.c_str()) != 0) return Failed("link", temporary);
  }
  RETURN_IF_ERROR(Rename(temporary, path));
  if (file.hub != Hub::kHuggingFace || IsCommit(file.revision)) return absl::OkStatus();
  return WriteRef(RefPath(server.cache_root, file), commit);
}

}  // namespace monsoon
