#include "common/tls/certificate.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <optional>

#include "absl/strings/str_join.h"
#include "absl/time/time.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> Reader(std::string_view pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// Nobody is there to type one.
int NoPassphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

std::vector<Owned<X509>> Certificates(std::string_view pem) {
  std::vector<Owned<X509>> found;
  const Owned<BIO> reader = Reader(pem);
  while (X509* const certificate = PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)) {
    found.emplace_back(certificate);
  }
  ERR_clear_error();  // "no start line": the end of the file
  return found;
}

absl::Status Wrong(std::string_view path, std::string_view what) {
  return absl::FailedPreconditionError(StrCat("the TLS file ", path, " ", what));
}

std::string TimeText(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unreadable time";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::FromTM(parts, absl::UTCTimeZone()),
                          absl::UTCTimeZone());
}

absl::Status CheckValidity(const X509* certificate, std::string_view path, int64_t now_s) {
  time_t now = now_s;
  if (X509_cmp_time(X509_get0_notAfter(certificate), &now) < 0) {
    return Wrong(path,
                 StrCat("holds a certificate that expired on ",
                        TimeText(X509_get0_notAfter(certificate)), "; put a new one in its place"));
  }
  if (X509_cmp_time(X509_get0_notBefore(certificate), &now) > 0) {
    return Wrong(path, StrCat("holds a certificate that is not valid before ",
                              TimeText(X509_get0_notBefore(certificate)),
                              "; is this machine's clock right?"));
  }
  return absl::OkStatus();
}

absl::Status CheckKey(const TlsMaterial& material, X509* certificate) {
  bool asked = false;
  const Owned<BIO> reader = Reader(material.key_pem.Reveal());
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(reader.get(), nullptr, NoPassphrase, &asked));
  ERR_clear_error();
  if (asked) {
    return Wrong(material.key_path,
                 "holds a private key with a passphrase, which nobody could type in; take it off "
                 "(openssl pkey) and protect the file by its mode (chmod 600)");
  }
  if (key == nullptr) return Wrong(material.key_path, "holds no private key in PEM form");
  const bool belongs = X509_check_private_key(certificate, key.get()) == 1;
  ERR_clear_error();
  if (belongs) return absl::OkStatus();
  return Wrong(material.key_path, StrCat("holds a key that is not that of the certificate in ",
                                         material.cert.path, "; were both files replaced?"));
}

std::optional<std::string> Text(const ASN1_STRING* text) {
  std::string value(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                    static_cast<size_t>(ASN1_STRING_length(text)));
  if (value.find('\0') != std::string::npos) return std::nullopt;
  return value;
}

std::string AddressText(const ASN1_OCTET_STRING* address) {
  char text[INET6_ADDRSTRLEN] = {};
  const int size = ASN1_STRING_length(address);
  if (size != 4 && size != 16) return "";
  inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof(text));
  return text;
}

}  // namespace

std::string CertificateNames::ToString() const {
  std::vector<std::string> all;
  for (const std::string& name : dns) all.push_back("DNS:" + name);
  for (const std::string& name : uris) all.push_back("URI:" + name);
  for (const std::string& name : addresses) all.push_back("IP:" + name);
  return all.empty() ? "no subject alternative name" : absl::StrJoin(all, ", ");
}

absl::StatusOr<CertificateNames> NamesOf(std::string_view pem) {
  const std::vector<Owned<X509>> certificates = Certificates(pem);
  if (certificates.empty()) return absl::InvalidArgumentError("no certificate in PEM form");
  const Owned<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificates.front().get(), NID_subject_alt_name, nullptr, nullptr)));
  CertificateNames found;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_IPADD) {
      found.addresses.push_back(AddressText(name->d.iPAddress));
    } else if (name->type == GEN_DNS || name->type == GEN_URI) {
      std::optional<std::string> text = Text(name->d.ia5);
      if (!text) return absl::InvalidArgumentError("a name in the certificate holds a zero byte");
      (name->type == GEN_DNS ? found.dns : found.uris).push_back(*std::move(text));
    }
  }
  return found;
}

absl::Status CheckMaterial(const TlsMaterial& material, int64_t now_s) {
  const std::vector<Owned<X509>> chain = Certificates(material.cert.pem);
  if (chain.empty()) return Wrong(material.cert.path, "holds no certificate in PEM form");
  RETURN_IF_ERROR(CheckValidity(chain.front().get(), material.cert.path, now_s));
  RETURN_IF_ERROR(CheckKey(material, chain.front().get()));
  const std::vector<Owned<X509>> authorities = Certificates(material.ca.pem);
  if (authorities.empty()) return Wrong(material.ca.path, "holds no certificate in PEM form");
  // An old authority may lie beside a new one while they change over.
  absl::Status last;
  for (const Owned<X509>& authority : authorities) {
    last = CheckValidity(authority.get(), material.ca.path, now_s);
    if (last.ok()) return last;
  }
  return last;
}

}  // namespace monsoon
