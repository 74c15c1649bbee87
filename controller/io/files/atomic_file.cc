#include "controller/io/files/atomic_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

absl::Status SystemError(std::string_view what, const std::string& path) {
  const int error = errno;
  const std::string text = StrCat("cannot ", what, " ", path, ": ", std::strerror(error));
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return absl::ResourceExhaustedError(
        StrCat(text, ". Make room and run `controller report` on the run's folder"));
  }
  return absl::InternalError(text);
}

}  // namespace

AtomicFile::AtomicFile(std::string path, std::string temporary_path, int file)
    : path_(std::move(path)), temporary_path_(std::move(temporary_path)), file_(file) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_path_(std::move(other.temporary_path_)),
      buffer_(std::move(other.buffer_)),
      file_(std::exchange(other.file_, -1)) {}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  close(file_);
  unlink(temporary_path_.c_str());
}

absl::StatusOr<AtomicFile> AtomicFile::Create(std::string path) {
  std::string temporary_path = StrCat(path, ".XXXXXX.tmp");
  const int file = mkostemps(temporary_path.data(), 4, O_CLOEXEC);
  if (file < 0) return SystemError("create", temporary_path);
  AtomicFile atomic_file(std::move(path), std::move(temporary_path), file);
  // mkostemps makes files that only their owner can read; reports are for everyone.
  if (fchmod(file, 0644) != 0) return SystemError("set the mode of", atomic_file.temporary_path_);
  return atomic_file;
}

absl::Status AtomicFile::Append(std::string_view bytes) {
  buffer_ += bytes;
  return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
}

absl::Status AtomicFile::Flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = write(file_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("write", path_);
    rest.remove_prefix(static_cast<size_t>(written));
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status AtomicFile::Commit() {
  RETURN_IF_ERROR(Flush());
  if (fsync(file_) != 0) return SystemError("write", path_);
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) return SystemError("write", path_);
  // A failing close after fsync has nothing left to lose.
  close(std::exchange(file_, -1));
  return SyncFolder();
}

absl::Status AtomicFile::SyncFolder() const {
  const size_t slash = path_.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return SystemError("open", folder);
  // Some file systems cannot sync a folder; the rename has been done all the same.
  const bool failed = fsync(file) != 0 && errno != EINVAL;
  absl::Status status = failed ? SystemError("write", folder) : absl::OkStatus();
  close(file);
  return status;
}

absl::Status WriteFileAtomically(const std::string& path, std::string_view content) {
  ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
  RETURN_IF_ERROR(file.Append(content));
  return file.Commit();
}

}  // namespace monsoon
