#include "agent/io/spool/spool_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "common/base/str_cat.h"

namespace monsoon {

absl::Status SpoolError(std::string_view what, const std::string& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  const std::string sentence =
      StrCat("cannot ", what, " ", path, ": ", std::generic_category().message(error), "; ",
             full ? "make room there" : "see that this agent may use it",
             ", or choose another folder with --spool-dir");
  return full ? absl::ResourceExhaustedError(sentence) : absl::UnavailableError(sentence);
}

absl::Status MakePrivateFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return absl::OkStatus();
  const int error = errno;
  const std::string parent = std::filesystem::path(path).parent_path().string();
  if (error != ENOENT || parent.empty() || parent == path) return SpoolError("make", path, error);
  if (absl::Status status = MakePrivateFolder(parent); !status.ok()) return status;
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return absl::OkStatus();
  return SpoolError("make", path, errno);
}

absl::Status MakeOwnFolder(const std::string& path) {
  if (absl::Status status = MakePrivateFolder(path); !status.ok()) return status;
  struct stat facts {};
  if (lstat(path.c_str(), &facts) != 0) return SpoolError("look at", path, errno);
  const bool others_write = (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  if (S_ISDIR(facts.st_mode) && facts.st_uid == geteuid() && !others_write) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      StrCat(path,
             " is not a folder of this agent's user alone, so records are not put there; "
             "choose another folder with --spool-dir"));
}

absl::StatusOr<UniqueFd> OpenForAppend(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd.get() < 0) return SpoolError("write", path, errno);
  return fd;
}

absl::Status WriteBytes(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return SpoolError("write", path, written < 0 ? errno : ENOSPC);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  return ReadPart(path, 0, std::numeric_limits<int64_t>::max());
}

absl::StatusOr<std::string> ReadPart(const std::string& path, int64_t offset, int64_t size) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat facts {};
  if (fd.get() < 0 || fstat(fd.get(), &facts) != 0) return SpoolError("read", path, errno);
  const int64_t there = std::max<int64_t>(facts.st_size - offset, 0);
  std::string bytes(static_cast<size_t>(std::min(size, there)), '\0');
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t got = pread(fd.get(), bytes.data() + done, bytes.size() - done,
                              offset + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SpoolError("read", path, errno);
    if (got == 0) bytes.resize(done);  // it was cut meanwhile
    done += static_cast<size_t>(got);
  }
  return bytes;
}

absl::Status SyncPath(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (fd.get() < 0 || fsync(fd.get()) != 0) return SpoolError("sync", path, errno);
  return absl::OkStatus();
}

absl::StatusOr<UniqueFd> LockFolder(const std::string& folder) {
  const std::string path = folder + "/lock";
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd.get() < 0) return SpoolError("lock", path, errno);
  if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno != EWOULDBLOCK) return SpoolError("lock", path, errno);
  return UniqueFd();
}

}  // namespace monsoon
