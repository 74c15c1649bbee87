#include "controller/io/hub/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr timespec kPollInterval = {.tv_sec = 0, .tv_nsec = 100'000'000};

}  // namespace

FileLock::FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

FileLock::~FileLock() {
  if (file_ >= 0) close(file_);
}

absl::StatusOr<FileLock> FileLock::Take(const std::string& path,
                                        const std::function<bool()>& waiting) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    return absl::InternalError(StrCat("cannot open the lock ", path, ": ", std::strerror(errno)));
  }
  FileLock lock(file);
  while (flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) break;
    if (!waiting()) return absl::CancelledError("interrupted");
    nanosleep(&kPollInterval, nullptr);
  }
  return lock;
}

}  // namespace monsoon
