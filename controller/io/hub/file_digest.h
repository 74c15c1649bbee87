// Hashes of whole files, read once from the disk. Blocking; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace monsoon {

struct FileDigest {
  int64_t size = 0;
  std::string sha256;    // of the content; lower-case hexadecimal
  std::string git_sha1;  // of the content as a git blob
};

// NOT_FOUND or INTERNAL with the path and the system's words.
absl::StatusOr<FileDigest> DigestFile(const std::string& path);

}  // namespace monsoon
