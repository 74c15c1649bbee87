// DatasetFile: a regular file opened for reading, which notices when somebody changes it. Owns the
// file descriptor. Reading does not move any position, so const methods may be called from any
// thread. `path` appears in every error, as the user gave it.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace monsoon {

class DatasetFile {
 public:
  // NOT_FOUND, PERMISSION_DENIED, or INVALID_ARGUMENT for a directory, a pipe, a device.
  static absl::StatusOr<DatasetFile> Open(const std::string& path);
  ~DatasetFile();
  DatasetFile(DatasetFile&& other) noexcept;
  DatasetFile& operator=(DatasetFile&&) = delete;

  int64_t size_bytes() const { return opened_.st_size; }
  // Fills `buffer` with up to `size` bytes from `offset`; fewer only where the file ends.
  absl::StatusOr<size_t> ReadAt(int64_t offset, char* buffer, size_t size) const;
  // DATA_LOSS when size or modification time are not what they were at Open().
  absl::Status CheckUnchanged() const;

 private:
  DatasetFile(int fd, std::string path, const struct stat& opened);

  int fd_;
  std::string path_;
  struct stat opened_;
};

}  // namespace monsoon
