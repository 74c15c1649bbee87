#include "controller/io/hub/file_digest.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr size_t kReadBytes = 1 << 20;

class Hash {
 public:
  explicit Hash(const EVP_MD* algorithm) : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), algorithm, nullptr);
  }
  void Add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string Hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
    return absl::BytesToHexString(
        absl::string_view(reinterpret_cast<const char*>(digest.data()), size));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

struct Closer {
  ~Closer() {
    if (file >= 0) close(file);
  }
  int file;
};

absl::Status ReadError(const std::string& path) {
  return absl::ErrnoToStatus(errno, StrCat("cannot read ", path));
}

}  // namespace

absl::StatusOr<FileDigest> DigestFile(const std::string& path) {
  const Closer closer{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat status {};
  if (closer.file < 0 || fstat(closer.file, &status) != 0) return ReadError(path);
  Hash sha256(EVP_sha256());
  Hash sha1(EVP_sha1());
  // A blob's hash has its length in front, and a zero byte behind that.
  std::string head = StrCat("blob ", static_cast<int64_t>(status.st_size));
  head += '\0';
  sha1.Add(head);
  FileDigest digest;
  std::vector<char> buffer(kReadBytes);
  while (true) {
    const ssize_t got = read(closer.file, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ReadError(path);
    if (got == 0) break;
    const std::string_view bytes(buffer.data(), static_cast<size_t>(got));
    sha256.Add(bytes);
    sha1.Add(bytes);
    digest.size += got;
  }
  digest.sha256 = sha256.Hex();
  digest.git_sha1 = sha1.Hex();
  return digest;
}

}  // namespace monsoon
