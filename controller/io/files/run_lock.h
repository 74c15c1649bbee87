// RunLock: one controller at a time works on the folder of a run.
//
// A lock (flock(2)) on RUN_DIR/run.lock, which holds the process id for messages. The system gives
// it back when the process ends, whatever ended it; then the file is left behind, and means
// nothing. The agent that a controller starts holds it too (file()), so that what it writes into
// the folder after its controller's death is whole before anybody else comes. Where the file system
// has no locks, nobody is kept out. Blocking file calls; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace monsoon {

class RunLock {
 public:
  // FAILED_PRECONDITION, naming the other process, when there is one. Waits, up to 45 s, for what
  // a dead one has left behind to end.
  static absl::StatusOr<RunLock> Take(const std::string& run_dir);
  // Whether a controller works on the folder now, and its process id (0: it could not be read).
  static std::optional<int64_t> Holder(const std::string& run_dir);

  // Removes the file.
  ~RunLock();
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&&) = delete;

  int file() const { return file_; }

 private:
  RunLock(std::string path, int file);

  std::string path_;
  int file_;
};

}  // namespace monsoon
