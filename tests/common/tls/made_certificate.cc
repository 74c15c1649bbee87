#include "tests/common/tls/made_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace monsoon {
namespace {

std::string Take(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string text(bytes, static_cast<size_t>(size));
  BIO_free(bio);
  return text;
}

}  // namespace

MadeCertificate MakeCertificate(const std::string& names, int64_t from_s, int64_t until_s) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  ASN1_TIME_set(X509_getm_notBefore(certificate), from_s);
  ASN1_TIME_set(X509_getm_notAfter(certificate), until_s);
  X509_set_pubkey(certificate, key);
  if (!names.empty()) {
    X509_EXTENSION* const extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(certificate, key, EVP_sha256());
  BIO* const cert_pem = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(cert_pem, certificate);
  BIO* const key_pem = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(key_pem, key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return {Take(cert_pem), Take(key_pem)};
}

TlsMaterial MakeMaterial() {
  const MadeCertificate own = MakeCertificate("DNS:a", 1000, 2000);
  TlsMaterial material;
  material.cert = {"own.pem", own.cert_pem};
  material.key_path = "own.key";
  material.key_pem = Secret(own.key_pem);
  material.ca = {"ca.pem", MakeCertificate("", 1000, 2000).cert_pem};
  return material;
}

}  // namespace monsoon
