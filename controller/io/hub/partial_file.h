// PartialFile: the part of a download that has come so far. Every byte is handed to the system at
// once, so that it is still there when the program is stopped in the middle. One thread.
//
// Errors: RESOURCE_EXHAUSTED when the disk (or a quota) is full, else INTERNAL, with the path, the
// system's words and what to do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace monsoon {

class PartialFile {
 public:
  // Opens what there is, or creates it.
  static absl::StatusOr<PartialFile> Open(std::string path);
  ~PartialFile();
  PartialFile(PartialFile&& other) noexcept;
  PartialFile& operator=(PartialFile&&) = delete;

  int64_t size() const { return size_; }
  const std::string& path() const { return path_; }

  absl::Status Append(std::string_view bytes);
  absl::Status Clear();  // back to no bytes
  absl::Status Sync();   // what was appended survives a power cut

  // RESOURCE_EXHAUSTED when the disk has no room for `more` bytes.
  absl::Status CheckRoom(int64_t more) const;

 private:
  PartialFile(std::string path, int file, int64_t size);

  std::string path_;
  int file_;
  int64_t size_;
};

}  // namespace monsoon
