#include "tests/mock_engine/tls.h"

#include <openssl/err.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "absl/status/status.h"

#include "common/base/str_cat.h"
#include "tests/mock_engine/certificate.h"

namespace monsoon::mock_engine {
namespace {

constexpr int64_t kDayS = 86'400;
constexpr char kHere[] = "DNS:localhost,IP:127.0.0.1,IP:::1";

struct NamedCertificate {
  std::string_view name;
  Certificate certificate;
};

constexpr NamedCertificate kCertificates[] = {{"good", Certificate::kGood},
                                              {"self_signed", Certificate::kSelfSigned},
                                              {"expired", Certificate::kExpired},
                                              {"wrong_host", Certificate::kWrongHost}};

CertificateWish WishOf(Certificate certificate) {
  CertificateWish wish = {
      .name = "localhost", .alternatives = kHere, .from_s = -2 * kDayS, .to_s = 2 * kDayS};
  if (certificate == Certificate::kExpired) wish.to_s = -kDayS;
  if (certificate == Certificate::kWrongHost) {
    wish.name = "elsewhere.invalid";
    wish.alternatives = "DNS:elsewhere.invalid";
  }
  return wish;
}

absl::Status TlsError(std::string_view what) {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof(text));
  return absl::InternalError(
      StrCat("cannot ", what, ": ", std::string_view(text), "; leave out --tls"));
}

absl::Status WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text << std::flush;
  if (file) return absl::OkStatus();
  return absl::PermissionDeniedError(
      StrCat("cannot write '", path, "': ", std::strerror(errno), "; choose another --tls-ca"));
}

}  // namespace

std::optional<Certificate> FindCertificate(std::string_view name) {
  for (const NamedCertificate& known : kCertificates) {
    if (known.name == name) return known.certificate;
  }
  return std::nullopt;
}

absl::StatusOr<std::unique_ptr<TlsContext>> TlsContext::Create(Certificate certificate,
                                                               const std::string& authority_path) {
  const CertificateWish authority_wish = {.name = "Mock engine's authority",
                                          .is_authority = true,
                                          .from_s = -3 * kDayS,
                                          .to_s = 3 * kDayS};
  const Key authority_key = MakeKey();
  const X509Ptr authority = MakeCertificate(authority_wish, authority_key.get(), nullptr, nullptr);
  const Key key = MakeKey();
  const bool alone = certificate == Certificate::kSelfSigned;
  const X509Ptr own = MakeCertificate(WishOf(certificate), key.get(),
                                      alone ? nullptr : authority.get(), authority_key.get());
  if (authority == nullptr || own == nullptr) return TlsError("make a certificate");
  std::unique_ptr<TlsContext> context(new TlsContext());
  context->context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const raw = context->get();
  if (raw == nullptr || SSL_CTX_use_certificate(raw, own.get()) != 1 ||
      SSL_CTX_use_PrivateKey(raw, key.get()) != 1) {
    return TlsError("set up TLS");
  }
  if (!authority_path.empty()) {
    absl::Status written = WriteFile(authority_path, ToPem(authority.get()));
    if (!written.ok()) return written;
  }
  return context;
}

TlsSession::TlsSession(const TlsContext& context)
    : session_(SSL_new(context.get())), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
  SSL_set_bio(session_.get(), in_, out_);
  SSL_set_accept_state(session_.get());
}

bool TlsSession::Receive(std::string_view ciphertext, std::string* said) {
  BIO_write(in_, ciphertext.data(), static_cast<int>(ciphertext.size()));
  char bytes[16 * 1024];
  while (true) {
    const int count = SSL_read(session_.get(), bytes, sizeof(bytes));
    if (count > 0) {
      said->append(bytes, static_cast<size_t>(count));
      continue;
    }
    const bool more = SSL_get_error(session_.get(), count) == SSL_ERROR_WANT_READ;
    ERR_clear_error();
    return more;
  }
}

void TlsSession::Send(std::string_view bytes) {
  size_t written = 0;
  if (!bytes.empty()) SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &written);
}

std::string_view TlsSession::TakeOutput() {
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(out_, &bytes);
  output_.assign(bytes, static_cast<size_t>(size));
  (void)BIO_reset(out_);
  return output_;
}

}  // namespace monsoon::mock_engine
