// Certificates made in the test's own memory.
#pragma once

#include <cstdint>
#include <string>

#include "common/tls/certificate.h"

namespace monsoon {

struct MadeCertificate {
  std::string cert_pem;
  std::string key_pem;
};

// Self-signed, valid between these seconds since 1970; `names` as openssl.cnf writes them
// ("DNS:a,IP:10.0.0.1"), or "".
MadeCertificate MakeCertificate(const std::string& names, int64_t from_s, int64_t until_s);

// A certificate and an authority that are valid from 1000 to 2000.
TlsMaterial MakeMaterial();

}  // namespace monsoon
