#include "controller/io/hub/hub_fetcher.h"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "absl/strings/str_join.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/hub/cache_layout.h"
#include "controller/core/hub/failure_text.h"
#include "controller/core/hub/transfer_progress.h"
#include "controller/io/hub/ask_hub.h"
#include "controller/io/hub/cache_files.h"
#include "controller/io/hub/download.h"
#include "controller/io/hub/file_digest.h"
#include "controller/io/hub/file_lock.h"

namespace monsoon {
namespace {

// What a blob's name in the cache says about its bytes.
FileIdentity IdentityOfBlob(const std::string& path) {
  std::error_code error;
  const std::string name = std::filesystem::canonical(path, error).filename().string();
  FileIdentity identity;
  if (IsHex(name, 64)) identity.sha256 = name;
  if (IsHex(name, 40)) identity.git_sha1 = name;
  return identity;
}

// All that was wrong, under the code of the first.
absl::Status Together(const std::vector<absl::Status>& problems) {
  return absl::Status(problems.front().code(),
                      absl::StrJoin(problems, "\n", [](std::string* out, const absl::Status& one) {
                        out->append(one.message().data(), one.message().size());
                      }));
}

bool IsUsersChoice(const absl::Status& status) {
  return absl::IsCancelled(status) || absl::IsResourceExhausted(status);
}

}  // namespace

absl::StatusOr<FetchedFile> HubFetcher::Fetch(const std::vector<HubFile>& candidates) {
  if (context_.settings->offline) return FetchOffline(candidates);
  std::vector<absl::Status> problems;
  for (const HubFile& file : candidates) {
    const bool last = &file == &candidates.back();
    absl::StatusOr<FetchedFile> fetched = FetchOne(file, last);
    if (fetched.ok()) return fetched;
    problems.push_back(InContext(file, fetched.status()));
    if (IsUsersChoice(fetched.status())) return problems.back();
    if (!last) {
      context_.display->Say(
          StrCat(ToStd(problems.back().message()), "\n  so the next hub is asked"));
    }
  }
  return Together(problems);
}

absl::StatusOr<FetchedFile> HubFetcher::FetchOffline(const std::vector<HubFile>& candidates) {
  absl::StatusOr<FetchedFile> found = FindLocal(candidates);
  if (found.ok()) return found;
  return absl::Status(
      found.status().code(),
      StrCat(ToStd(found.status().message()),
             "\n  HF_HUB_OFFLINE is set, so no hub is asked: run `controller fetch SCENARIO` where "
             "there is a network, with the cache in the same place"));
}

absl::StatusOr<FetchedFile> HubFetcher::FindLocal(const std::vector<HubFile>& candidates) {
  std::vector<absl::Status> problems;
  for (const HubFile& file : candidates) {
    absl::StatusOr<FetchedFile> found = FindOne(file);
    if (found.ok()) return found;
    problems.push_back(InContext(file, found.status()));
  }
  return Together(problems);
}

absl::StatusOr<FetchedFile> HubFetcher::FindOne(const HubFile& file) {
  const HubServer& server = ServerOf(file);
  if (const std::optional<CachedFile> cached = FindInCache(server, file)) {
    HubFile found = file;
    found.revision = cached->revision;
    return Checked(found, cached->path, IdentityOfBlob(cached->path));
  }
  if (const std::string path = FindOfModelScope(*context_.settings, file); !path.empty()) {
    return Checked(file, path, {});
  }
  const std::string_view folder = server.cache_root;
  return absl::NotFoundError(
      StrCat("not on this machine", folder.empty() ? "" : StrCat(" (looked in ", folder, ")")));
}

absl::StatusOr<FetchedFile> HubFetcher::FetchOne(const HubFile& file, bool last) {
  if (ServerOf(file).cache_root.empty()) {
    return absl::FailedPreconditionError(
        "there is no folder to keep it in, because HOME is not set; name one with HF_HOME "
        "(MODELSCOPE_CACHE for ModelScope)");
  }
  const bool cached = FindInCache(ServerOf(file), file).has_value();
  if (cached && file.hub == Hub::kHuggingFace && IsCommit(file.revision)) {
    if (absl::StatusOr<FetchedFile> found = FindOne(file); found.ok()) return found;
  }
  absl::StatusOr<FileIdentity> identity = AskHub(context_, file, last && !cached);
  if (identity.ok()) return Obtain(file, *identity);
  if (!cached || absl::IsCancelled(identity.status())) return identity.status();
  absl::StatusOr<FetchedFile> found = FindOne(file);
  if (!found.ok()) return identity.status();
  context_.display->Say(StrCat(ToStd(InContext(file, identity.status()).message()),
                               "\n  so the copy of revision ", found->file.revision,
                               " in the cache is used"));
  return found;
}

absl::StatusOr<FetchedFile> HubFetcher::Obtain(const HubFile& file, const FileIdentity& identity) {
  const std::string own = FindOfModelScope(*context_.settings, file);
  if (!own.empty() && !identity.sha256.empty()) {
    absl::StatusOr<FetchedFile> found = Checked(file, own, identity);
    if (found.ok()) return found;
  }
  const HubServer& server = ServerOf(file);
  const std::string blob = BlobPath(server.cache_root, file, identity.etag);
  absl::StatusOr<FetchedFile> got = absl::NotFoundError("");
  if (std::filesystem::exists(blob)) got = Checked(file, blob, identity);
  if (absl::IsDataLoss(got.status())) {
    context_.display->Say(StrCat(ToStd(got.status().message()), "; fetching it anew"));
    unlink(blob.c_str());
  }
  if (!got.ok()) got = FillBlob(file, identity);
  RETURN_IF_ERROR(got.status());
  if (!identity.commit.empty()) got->file.revision = identity.commit;
  RETURN_IF_ERROR(LinkSnapshot(server, file, got->file.revision, identity.etag));
  got->path = SnapshotPath(server.cache_root, file, got->file.revision);
  return got;
}

absl::StatusOr<FetchedFile> HubFetcher::FillBlob(const HubFile& file,
                                                 const FileIdentity& identity) {
  if (identity.size.value_or(0) > context_.settings->max_bytes) {
    return OverLimit(file, identity.size, context_.settings->max_bytes);
  }
  const HubServer& server = ServerOf(file);
  const std::string blob = BlobPath(server.cache_root, file, identity.etag);
  const std::string lock_path = LockPath(server.cache_root, file, identity.etag);
  RETURN_IF_ERROR(MakeParents(blob));
  RETURN_IF_ERROR(MakeParents(lock_path));
  bool said = false;
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Take(lock_path, [&] {
                     if (!std::exchange(said, true)) {
                       context_.display->Say(
                           StrCat("waiting for another process that downloads ", Describe(file)));
                     }
                     return context_.keep_going();
                   }));
  // Whoever held the lock may have done it.
  if (std::filesystem::exists(blob)) return Checked(file, blob, identity);
  absl::StatusOr<FetchedFile> got = DownloadChecked(file, identity);
  if (absl::IsDataLoss(got.status())) {
    // What was kept from an earlier run, or the way here, may have damaged it: once more, from the
    // beginning.
    context_.display->Say(StrCat(ToStd(got.status().message()), "; fetching it anew"));
    got = DownloadChecked(file, identity);
  }
  RETURN_IF_ERROR(got.status());
  RETURN_IF_ERROR(FinishBlob(server, file, identity.etag));
  return got;
}

absl::StatusOr<FetchedFile> HubFetcher::DownloadChecked(const HubFile& file,
                                                        const FileIdentity& identity) {
  const HubServer& server = ServerOf(file);
  ASSIGN_OR_RETURN(PartialFile partial,
                   PartialFile::Open(PartialPath(server.cache_root, file, identity.etag)));
  const std::string size = identity.size.has_value() ? StrCat(", ", SizeText(*identity.size)) : "";
  const std::string have =
      partial.size() > 0 ? StrCat(", going on after ", SizeText(partial.size())) : "";
  context_.display->Say(
      StrCat("downloading ", Describe(file), size, have, ", from ", server.endpoint));
  RETURN_IF_ERROR(Download(context_, file, identity, partial).Run());
  absl::StatusOr<FetchedFile> got = Checked(file, partial.path(), identity);
  if (absl::IsDataLoss(got.status())) unlink(partial.path().c_str());
  return got;
}

absl::StatusOr<FetchedFile> HubFetcher::Checked(const HubFile& file, const std::string& path,
                                                const FileIdentity& identity) {
  ASSIGN_OR_RETURN(const FileDigest digest, DigestFile(path));
  const auto damaged = [&](std::string_view what, const auto& is, const auto& should) {
    return absl::DataLossError(StrCat(Describe(file), ": its ", what, " is ", is, " and should be ",
                                      should, " (", path, ")"));
  };
  if (identity.size.has_value() && digest.size != *identity.size) {
    return damaged("size", digest.size, *identity.size);
  }
  if (!identity.sha256.empty() && digest.sha256 != identity.sha256) {
    return damaged("sha256", digest.sha256, identity.sha256);
  }
  if (!identity.git_sha1.empty() && digest.git_sha1 != identity.git_sha1) {
    return damaged("git hash", digest.git_sha1, identity.git_sha1);
  }
  return FetchedFile{.file = file, .path = path, .sha256 = digest.sha256, .size = digest.size};
}

}  // namespace monsoon
