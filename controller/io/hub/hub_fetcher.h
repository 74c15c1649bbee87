// HubFetcher: a file of a hub, on this machine: from the cache when it is there and current, else
// downloaded into it. What it returns has been checked against the hub's hash, where the hub names
// one. Blocking; one thread; several processes may fetch one file at once, and one of them
// downloads.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "controller/core/hub/file_identity.h"
#include "controller/core/hub/hub_file.h"
#include "controller/core/hub/hub_settings.h"
#include "controller/io/hub/hub_context.h"

namespace monsoon {

struct FetchedFile {
  HubFile file;        // its revision is a commit where the hub names commits
  std::string path;    // absolute where the cache's folder is
  std::string sha256;  // of what is on the disk
  int64_t size = 0;
};

class HubFetcher {
 public:
  // Tokens of `settings` that lie in files have been read. All pointers of `context` outlive it.
  explicit HubFetcher(HubContext context) : context_(std::move(context)) {}

  // The first of `candidates` that can be had. When none can: what was wrong with each, and the
  // code of the first.
  absl::StatusOr<FetchedFile> Fetch(const std::vector<HubFile>& candidates);

  // Without any network: the first of them that is on this machine; NOT_FOUND names them all.
  absl::StatusOr<FetchedFile> FindLocal(const std::vector<HubFile>& candidates);

 private:
  absl::StatusOr<FetchedFile> FetchOffline(const std::vector<HubFile>& candidates);
  // `last`: no other hub can be asked instead, so this one is asked again when it is out of order.
  absl::StatusOr<FetchedFile> FetchOne(const HubFile& file, bool last);
  absl::StatusOr<FetchedFile> FindOne(const HubFile& file);
  absl::StatusOr<FetchedFile> Obtain(const HubFile& file, const FileIdentity& identity);
  absl::StatusOr<FetchedFile> FillBlob(const HubFile& file, const FileIdentity& identity);
  absl::StatusOr<FetchedFile> DownloadChecked(const HubFile& file, const FileIdentity& identity);
  absl::StatusOr<FetchedFile> Checked(const HubFile& file, const std::string& path,
                                      const FileIdentity& identity);
  const HubServer& ServerOf(const HubFile& file) const {
    return context_.settings->server(file.hub);
  }

  const HubContext context_;
};

}  // namespace monsoon
