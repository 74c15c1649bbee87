// FileLock: one holder among all processes of a machine (and of a network file system that has
// locks), with flock(2), as huggingface_hub's own locks are. Released by the destructor, and by the
// system when the process ends.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace monsoon {

class FileLock {
 public:
  // Makes the file when it is not there. Waits for another holder; `waiting` is called about ten
  // times a second meanwhile, and false from it gives up with CANCELLED. Where the file system has
  // no locks, nobody is waited for.
  static absl::StatusOr<FileLock> Take(const std::string& path,
                                       const std::function<bool()>& waiting);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;

 private:
  explicit FileLock(int file) : file_(file) {}

  int file_;
};

}  // namespace monsoon
