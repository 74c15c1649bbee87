#include "controller/io/dataset/spool_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "common/base/str_cat.h"

namespace monsoon {

absl::StatusOr<SpoolFile> SpoolFile::Create() {
  std::error_code ignored;
  const std::filesystem::path found = std::filesystem::temp_directory_path(ignored);
  const std::string folder = found.empty() ? "/tmp" : found.string();
  std::string path = folder + "/monsoon_spool_XXXXXX";
  SpoolFile file(mkostemp(path.data(), O_CLOEXEC), folder);
  if (file.fd_ < 0) return file.Error(errno, "make a temporary file in");
  unlink(path.c_str());
  return file;
}

SpoolFile::SpoolFile(SpoolFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      folder_(std::move(other.folder_)),
      size_bytes_(other.size_bytes_) {}

SpoolFile::~SpoolFile() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<int64_t> SpoolFile::Append(std::string_view bytes) {
  const int64_t offset = size_bytes_;
  while (!bytes.empty()) {
    const ssize_t written = pwrite(fd_, bytes.data(), bytes.size(), size_bytes_);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error(errno, "write a temporary file in");
    size_bytes_ += written;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return offset;
}

absl::StatusOr<std::string> SpoolFile::ReadAt(int64_t offset, size_t size) const {
  std::string bytes(size, '\0');
  size_t done = 0;
  while (done < size) {
    const ssize_t got =
        pread(fd_, bytes.data() + done, size - done, offset + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Error(got < 0 ? errno : EIO, "read a temporary file in");
    done += static_cast<size_t>(got);
  }
  return bytes;
}

absl::Status SpoolFile::Error(int error, std::string_view doing) const {
  const absl::Status cause = absl::ErrnoToStatus(error, StrCat("cannot ", doing, " ", folder_));
  return absl::Status(cause.code(), StrCat(ToStd(cause.message()),
                                           "; set TMPDIR to a folder with room for the prompts"));
}

}  // namespace monsoon
