// SpoolFile: bytes kept outside of memory for as long as the object lives. The file has no name (it
// is unlinked at once) and is gone with the process, however that ends. Append() from one thread;
// ReadAt() from any, of what was appended.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace monsoon {

class SpoolFile {
 public:
  // In the folder for temporary files (TMPDIR).
  static absl::StatusOr<SpoolFile> Create();
  ~SpoolFile();
  SpoolFile(SpoolFile&& other) noexcept;
  SpoolFile& operator=(SpoolFile&&) = delete;

  // Where the bytes stand. RESOURCE_EXHAUSTED when the disk is full.
  absl::StatusOr<int64_t> Append(std::string_view bytes);
  absl::StatusOr<std::string> ReadAt(int64_t offset, size_t size) const;

 private:
  SpoolFile(int fd, std::string folder) : fd_(fd), folder_(std::move(folder)) {}
  absl::Status Error(int error, std::string_view doing) const;

  int fd_;
  std::string folder_;  // for messages
  int64_t size_bytes_ = 0;
};

}  // namespace monsoon
