// ScratchFolder: a folder that only this user can open, removed with everything in it at the end.
//
// One owner; any thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace monsoon {

class ScratchFolder {
 public:
  // Below TMPDIR (default: the system's).
  static absl::StatusOr<ScratchFolder> Create();
  ~ScratchFolder();
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace monsoon
