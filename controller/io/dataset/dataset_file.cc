#include "controller/io/dataset/dataset_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

absl::Status OpenError(const std::string& path, int error) {
  const absl::Status cause = absl::ErrnoToStatus(error, StrCat("cannot open dataset ", path));
  std::string_view advice = "";
  if (error == ENOENT || error == ENOTDIR) {
    advice = "; check dataset.path (relative paths start at the scenario file's folder)";
  } else if (error == EACCES) {
    advice = "; give the user that runs the controller the right to read it";
  }
  return absl::Status(cause.code(), StrCat(cause.message(), advice));
}

absl::Status NotRegular(const std::string& path, mode_t mode) {
  return absl::InvalidArgumentError(
      S_ISDIR(mode)
          ? StrCat("dataset ", path, " is a directory; name the file in it")
          : StrCat("dataset ", path,
                   " is not a regular file; prompts are read by position, so save a pipe's or "
                   "device's data to a file first"));
}

}  // namespace

absl::StatusOr<DatasetFile> DatasetFile::Open(const std::string& path) {
  // O_NONBLOCK: opening a pipe that nobody writes to must not hang before it can be refused.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    return OpenError(path, errno);
  }
  struct stat opened = {};
  const int stat_error = fstat(fd, &opened) == 0 ? 0 : errno;
  DatasetFile file(fd, path, opened);
  if (stat_error != 0) {
    return OpenError(path, stat_error);
  }
  if (!S_ISREG(opened.st_mode)) {
    return NotRegular(path, opened.st_mode);
  }
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return file;
}

DatasetFile::DatasetFile(int fd, std::string path, const struct stat& opened)
    : fd_(fd), path_(std::move(path)), opened_(opened) {}

DatasetFile::DatasetFile(DatasetFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), opened_(other.opened_) {}

DatasetFile::~DatasetFile() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

absl::StatusOr<size_t> DatasetFile::ReadAt(int64_t offset, char* buffer, size_t size) const {
  size_t done = 0;
  while (done < size) {
    const ssize_t got = pread(fd_, buffer + done, size - done,
                              static_cast<off_t>(offset) + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      const absl::Status cause = absl::ErrnoToStatus(errno, StrCat("cannot read dataset ", path_));
      return absl::Status(cause.code(), StrCat(cause.message(), "; copy it to a sound disk"));
    }
    if (got == 0) {
      break;
    }
    done += static_cast<size_t>(got);
  }
  return done;
}

absl::Status DatasetFile::CheckUnchanged() const {
  struct stat now = {};
  if (fstat(fd_, &now) == 0 && now.st_size == opened_.st_size &&
      now.st_mtim.tv_sec == opened_.st_mtim.tv_sec &&
      now.st_mtim.tv_nsec == opened_.st_mtim.tv_nsec) {
    return absl::OkStatus();
  }
  return absl::DataLossError(StrCat("dataset ", path_, " was changed while in use (",
                                    opened_.st_size, " bytes then, ", now.st_size,
                                    " now); leave it alone during a run and start again"));
}

}  // namespace monsoon
