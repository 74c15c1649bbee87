// The files of the cache (controller/core/hub/cache_layout.h) on the disk. Blocking; any thread.
// Errors name the path and what to do.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "controller/core/hub/hub_file.h"
#include "controller/core/hub/hub_settings.h"

namespace monsoon {

struct CachedFile {
  std::string path;      // of the snapshot's link
  std::string revision;  // the commit, where the hub names commits
};

// The file as it was last seen at its revision; nullopt when it is not in the cache.
std::optional<CachedFile> FindInCache(const HubServer& server, const HubFile& file);

// The file where ModelScope's own program would have put it; "" when it is not there.
std::string FindOfModelScope(const HubSettings& settings, const HubFile& file);

// Makes the folder that `path` lies in.
absl::Status MakeParents(const std::string& path);

// Gives the finished partial file its name, then makes the snapshot's link to it, and, for a
// revision that moves, notes the commit that it stood for. Each step is atomic and may be repeated.
absl::Status FinishBlob(const HubServer& server, const HubFile& file, std::string_view etag);
absl::Status LinkSnapshot(const HubServer& server, const HubFile& file, std::string_view commit,
                          std::string_view etag);

}  // namespace monsoon
