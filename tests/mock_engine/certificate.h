// X.509 certificates made on the spot (OpenSSL), for TLS that is to be trusted or not.
//
// For the start of the program; null stands for a failure, which OpenSSL's error queue explains.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <string>

namespace monsoon::mock_engine {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using X509Ptr = std::unique_ptr<X509, FreeX509>;

// A fresh key on P-256.
Key MakeKey();

struct CertificateWish {
  std::string name;           // the subject's common name
  std::string alternatives;   // such as "DNS:localhost,IP:127.0.0.1"; "": none
  bool is_authority = false;  // may issue others
  int64_t from_s = 0;         // validity, in seconds from now
  int64_t to_s = 0;
};

// A certificate of `key`, issued by `issuer` with its `issuer_key`; with a null issuer, by itself.
X509Ptr MakeCertificate(const CertificateWish& wish, EVP_PKEY* key, X509* issuer,
                        EVP_PKEY* issuer_key);

// PEM; "" on failure.
std::string ToPem(X509* certificate);

}  // namespace monsoon::mock_engine
