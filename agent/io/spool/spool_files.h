// The few things that spools do with files. Errors are sentences that name the path.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "agent/io/http/unique_fd.h"

namespace monsoon {

// RESOURCE_EXHAUSTED for a full disk or quota, else UNAVAILABLE; `what` is a verb: "write".
absl::Status SpoolError(std::string_view what, const std::string& path, int error);

// With its parents; only its owner may look into it.
absl::Status MakePrivateFolder(const std::string& path);
// The same, where everybody may make folders: FAILED_PRECONDITION when it is somebody else's, who
// could take away what is put there.
absl::Status MakeOwnFolder(const std::string& path);
absl::StatusOr<UniqueFd> OpenForAppend(const std::string& path);
// Writes all of it, or as much as fits before the error.
absl::Status WriteBytes(int fd, std::string_view bytes, const std::string& path);
absl::StatusOr<std::string> ReadWhole(const std::string& path);
// `size` bytes from `offset` on, or fewer at the end of the file.
absl::StatusOr<std::string> ReadPart(const std::string& path, int64_t offset, int64_t size);
// To the disk; also of a folder.
absl::Status SyncPath(const std::string& path);

// Takes the lock of a spool's folder; holds it until the descriptor is closed. An empty one (-1):
// another process, or another part of this one, has it.
absl::StatusOr<UniqueFd> LockFolder(const std::string& folder);

}  // namespace monsoon
