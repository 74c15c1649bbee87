// AtomicFile: a file that appears under its name whole or not at all.
//
// Written to a temporary name in the same folder; Commit makes it durable (fsync) and renames it
// over what was there. Without Commit the destructor removes the temporary file. One thread.
// Errors: RESOURCE_EXHAUSTED when the disk is full, else INTERNAL, with the path and the system's
// words.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace monsoon {

class AtomicFile {
 public:
  static absl::StatusOr<AtomicFile> Create(std::string path);
  ~AtomicFile();
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;

  // Buffered: goes to the disk in large pieces.
  absl::Status Append(std::string_view bytes);
  // Nothing may be appended after it.
  absl::Status Commit();

 private:
  AtomicFile(std::string path, std::string temporary_path, int file);
  absl::Status Flush();
  absl::Status SyncFolder() const;

  std::string path_;
  std::string temporary_path_;
  std::string buffer_;
  int file_;
};

absl::Status WriteFileAtomically(const std::string& path, std::string_view content);

}  // namespace monsoon
