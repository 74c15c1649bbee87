#include "controller/io/hub/partial_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "common/base/str_cat.h"
#include "controller/core/hub/transfer_progress.h"

namespace monsoon {
namespace {

constexpr std::string_view kMakeRoom =
    "; make room, or name a folder on another disk with HF_HOME (MODELSCOPE_CACHE for ModelScope)";

absl::Status SystemError(std::string_view what, const std::string& path) {
  const int error = errno;
  const std::string text = StrCat("cannot ", what, " ", path, ": ", std::strerror(error));
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return absl::ResourceExhaustedError(StrCat(text, kMakeRoom));
  }
  if (error == EACCES || error == EROFS || error == EPERM) {
    return absl::PermissionDeniedError(
        StrCat(text,
               "; name a folder that can be written with HF_HOME (MODELSCOPE_CACHE for "
               "ModelScope)"));
  }
  return absl::InternalError(text);
}

}  // namespace

PartialFile::PartialFile(std::string path, int file, int64_t size)
    : path_(std::move(path)), file_(file), size_(size) {}

PartialFile::PartialFile(PartialFile&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), size_(other.size_) {}

PartialFile::~PartialFile() {
  if (file_ >= 0) close(file_);
}

absl::StatusOr<PartialFile> PartialFile::Open(std::string path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return SystemError("open", path);
  PartialFile partial(std::move(path), file, 0);
  struct stat status {};
  if (fstat(file, &status) != 0) return SystemError("look at", partial.path_);
  partial.size_ = status.st_size;
  return partial;
}

absl::Status PartialFile::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("write", path_);
    size_ += written;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status PartialFile::Clear() {
  if (ftruncate(file_, 0) != 0 && errno != EINVAL) return SystemError("empty", path_);
  size_ = 0;
  return absl::OkStatus();
}

absl::Status PartialFile::Sync() {
  return fsync(file_) == 0 || errno == EINVAL ? absl::OkStatus() : SystemError("write", path_);
}

absl::Status PartialFile::CheckRoom(int64_t more) const {
  struct statvfs disk {};
  if (fstatvfs(file_, &disk) != 0) return absl::OkStatus();  // then writing will tell
  const auto room = static_cast<int64_t>(disk.f_bavail) * static_cast<int64_t>(disk.f_frsize);
  if (room >= more) return absl::OkStatus();
  return absl::ResourceExhaustedError(StrCat(SizeText(more), " are needed and ", SizeText(room),
                                             " are free for ", path_, kMakeRoom));
}

}  // namespace monsoon
