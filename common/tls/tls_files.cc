#include "common/tls/tls_files.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// What certificates and keys never reach; a wrong path may name anything.
constexpr int64_t kMaxFileBytes = 4 << 20;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  struct stat info {};
  if (!file || stat(path.c_str(), &info) != 0) {
    return absl::FailedPreconditionError(StrCat(
        "the TLS file ", path, " cannot be read: ", std::strerror(errno != 0 ? errno : ENOENT)));
  }
  if (!S_ISREG(info.st_mode) || info.st_size > kMaxFileBytes) {
    return absl::FailedPreconditionError(
        StrCat("the TLS file ", path, " is no file of certificates or keys in PEM form"));
  }
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

// A group may read it: secrets of Kubernetes and of systemd's LoadCredential are handed out so.
absl::Status CheckKeyMode(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0 || (info.st_mode & S_IRWXO) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      StrCat("the private key ", path,
             " may be read by every user of this machine; chmod 600 it (a Kubernetes secret: "
             "defaultMode: 0440)"));
}

}  // namespace

absl::StatusOr<TlsMaterial> ReadTlsFiles(const TlsFiles& files, int64_t now_s) {
  TlsMaterial material;
  material.cert.path = files.cert;
  material.key_path = files.key;
  material.ca.path = files.ca;
  RETURN_IF_ERROR(CheckKeyMode(files.key));
  ASSIGN_OR_RETURN(material.cert.pem, ReadFile(files.cert));
  ASSIGN_OR_RETURN(std::string key, ReadFile(files.key));
  material.key_pem = Secret(std::move(key));
  ASSIGN_OR_RETURN(material.ca.pem, ReadFile(files.ca));
  RETURN_IF_ERROR(CheckMaterial(material, now_s));
  return material;
}

}  // namespace monsoon
