// Reads the three files of one end of a mutual TLS connection.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

#include "common/tls/certificate.h"

namespace monsoon {

struct TlsFiles {
  std::string cert;  // certificate, then those between it and the authority; PEM
  std::string key;
  std::string ca;  // of the other end

  bool any() const { return !cert.empty() || !key.empty() || !ca.empty(); }
  bool all() const { return !cert.empty() && !key.empty() && !ca.empty(); }
  friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

// FAILED_PRECONDITION, naming the file, when one cannot be read or CheckMaterial() finds fault with
// what is in them. A private key that others may read is refused. Blocks on the disk.
absl::StatusOr<TlsMaterial> ReadTlsFiles(const TlsFiles& files, int64_t now_s);

}  // namespace monsoon
