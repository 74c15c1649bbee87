#include "tests/mock_engine/certificate.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <utility>

namespace monsoon::mock_engine {
namespace {

bool SetName(X509* certificate, const std::string& name) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                    reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                    0) == 1;
}

bool SetSerial(X509* certificate) {
  uint32_t serial = 0;
  return RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial + uint64_t{1}) == 1;
}

bool Extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

}  // namespace

Key MakeKey() { return Key(EVP_EC_gen("P-256")); }

X509Ptr MakeCertificate(const CertificateWish& wish, EVP_PKEY* key, X509* issuer,
                        EVP_PKEY* issuer_key) {
  X509Ptr certificate(X509_new());
  X509* const raw = certificate.get();
  X509* const signer = issuer != nullptr ? issuer : raw;
  const bool made =
      raw != nullptr && key != nullptr && X509_set_version(raw, X509_VERSION_3) == 1 &&
      SetSerial(raw) && SetName(raw, wish.name) &&
      X509_set_issuer_name(raw, X509_get_subject_name(signer)) == 1 &&
      X509_gmtime_adj(X509_getm_notBefore(raw), wish.from_s) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(raw), wish.to_s) != nullptr &&
      X509_set_pubkey(raw, key) == 1 &&
      Extend(raw, signer, NID_basic_constraints,
             wish.is_authority ? "critical,CA:TRUE" : "CA:FALSE") &&
      (wish.alternatives.empty() || Extend(raw, signer, NID_subject_alt_name, wish.alternatives)) &&
      X509_sign(raw, issuer != nullptr ? issuer_key : key, EVP_sha256()) > 0;
  if (!made) certificate.reset();
  return certificate;
}

std::string ToPem(X509* certificate) {
  BIO* const memory = BIO_new(BIO_s_mem());
  std::string text;
  if (PEM_write_bio_X509(memory, certificate) == 1) {
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(memory, &bytes);
    text.assign(bytes, static_cast<size_t>(size));
  }
  BIO_free(memory);
  return text;
}

}  // namespace monsoon::mock_engine
