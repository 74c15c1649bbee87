#include "controller/io/files/run_lock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(50);
constexpr int kTries = 900;  // 45 s

std::string LockPath(const std::string& run_dir) { return run_dir + "/run.lock"; }

// Whether `path` still names the open file: its last holder may have removed it.
bool IsThere(const std::string& path, int file) {
  struct stat ours {};
  struct stat named {};
  return fstat(file, &ours) == 0 && stat(path.c_str(), &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

int64_t ReadPid(int file) {
  char text[24] = {};
  const ssize_t size = pread(file, text, sizeof(text) - 1, 0);
  return size > 0 ? std::atoll(text) : 0;
}

absl::Status InUse(const std::string& run_dir, int64_t pid, bool alive) {
  if (!alive) {
    return absl::FailedPreconditionError(
        StrCat("the controller of ", run_dir, " (process ", pid,
               ") died, and the agent that it started has not ended yet; try again in a minute"));
  }
  return absl::FailedPreconditionError(StrCat("another controller works on ", run_dir,
                                              pid > 0 ? StrCat(" (process ", pid, ")") : "",
                                              ": wait until it has ended, or end it with Ctrl-C"));
}

bool IsAlive(int64_t pid) {
  return pid <= 0 || kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH;
}

}  // namespace

RunLock::RunLock(std::string path, int file) : path_(std::move(path)), file_(file) {}

RunLock::RunLock(RunLock&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

RunLock::~RunLock() {
  if (file_ < 0) return;
  unlink(path_.c_str());
  close(file_);
}

absl::StatusOr<RunLock> RunLock::Take(const std::string& run_dir) {
  const std::string path = LockPath(run_dir);
  for (int i = 0; i < kTries; ++i) {
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) {
      return absl::InternalError(StrCat("cannot open the lock ", path, ": ", std::strerror(errno)));
    }
    if (flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      const int64_t pid = ReadPid(file);
      close(file);
      const bool alive = IsAlive(pid);
      if (alive || i + 1 == kTries) return InUse(run_dir, pid, alive);
      std::this_thread::sleep_for(kPollInterval);
      continue;
    }
    if (!IsThere(path, file)) {
      close(file);
      continue;
    }
    const std::string pid = StrCat(getpid(), "\n");
    // Only messages need it.
    if (ftruncate(file, 0) != 0 || pwrite(file, pid.data(), pid.size(), 0) < 0) errno = 0;
    return RunLock(path, file);
  }
  return absl::UnavailableError(StrCat("the lock ", path, " changes hands all the time"));
}

std::optional<int64_t> RunLock::Holder(const std::string& run_dir) {
  const int file = open(LockPath(run_dir).c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  const bool held = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  const int64_t pid = ReadPid(file);
  close(file);
  if (!held || !IsAlive(pid)) return std::nullopt;
  return pid;
}

}  // namespace monsoon
