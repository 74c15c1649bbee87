// What a PEM certificate says of itself: for whom it is, and until when; and whether certificate,
// private key and authority of one end of a connection go together. So that a wrong file is a
// sentence when a program starts, and not a failed handshake an hour later.
//
// Pure; any thread. Files are read elsewhere (tls_files.h); "now" is handed in. Names of files only
// appear in messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/base/secret.h"

namespace monsoon {

// A certificate's subject alternative names (RFC 5280, section 4.2.1.6). The common name is no
// identity (RFC 6125, section 6.4.4), so it is not among them.
struct CertificateNames {
  std::vector<std::string> dns;
  std::vector<std::string> uris;
  std::vector<std::string> addresses;  // as inet_ntop writes them

  bool empty() const { return dns.empty() && uris.empty() && addresses.empty(); }
  // "DNS:a.example, URI:spiffe://b, IP:10.0.0.1", or "no subject alternative name".
  std::string ToString() const;
  friend bool operator==(const CertificateNames&, const CertificateNames&) = default;
};

// The names of the first certificate in `pem`. INVALID_ARGUMENT when there is none, or a name holds
// a zero byte.
absl::StatusOr<CertificateNames> NamesOf(std::string_view pem);

struct CertificateFile {
  std::string path;
  std::string pem;
};

// One end's own certificate and key, and the authority that it trusts to vouch for the other end.
struct TlsMaterial {
  CertificateFile cert;
  std::string key_path;
  Secret key_pem;
  CertificateFile ca;

  friend bool operator==(const TlsMaterial& a, const TlsMaterial& b) {
    return a.cert.pem == b.cert.pem && a.key_pem == b.key_pem && a.ca.pem == b.ca.pem;
  }
};

// OK when the certificate is valid at `now_s` (seconds since 1970), the key is its key and needs no
// passphrase, and `ca` holds at least one certificate that is valid. FAILED_PRECONDITION
// with a sentence that names the file otherwise.
absl::Status CheckMaterial(const TlsMaterial& material, int64_t now_s);

}  // namespace monsoon
