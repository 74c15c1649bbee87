// TLS for the mock engine, with good certificates and bad ones: a layer between the bytes of a
// socket and those of HTTP. Without it nothing here is used.
//
// A TlsContext is made at the start and shared, unchanged, by all loops; a TlsSession belongs to
// one connection and knows no socket: ciphertext goes in and out as bytes. OpenSSL's errors become
// absl::Status here.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace monsoon::mock_engine {

// All but the self-signed one are issued by an authority which is made with them.
enum class Certificate {
  kGood,        // of localhost, 127.0.0.1 and ::1
  kSelfSigned,  // vouched for by nobody
  kExpired,     // good until a day ago
  kWrongHost,   // of elsewhere.invalid
};

// "good", "self_signed", "expired" or "wrong_host".
std::optional<Certificate> FindCertificate(std::string_view name);

class TlsContext {
 public:
  // Writes the authority's certificate to `authority_path` (PEM) unless that is "".
  static absl::StatusOr<std::unique_ptr<TlsContext>> Create(Certificate certificate,
                                                            const std::string& authority_path);

  SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  TlsContext() = default;

  std::unique_ptr<SSL_CTX, Free> context_;
};

class TlsSession {
 public:
  explicit TlsSession(const TlsContext& context);

  // Takes what came from the peer and appends what it said. False if there is no more to come: it
  // has closed, or it will have none of our certificate.
  bool Receive(std::string_view ciphertext, std::string* said);

  // Encrypts `bytes`, which go out with the next TakeOutput().
  void Send(std::string_view bytes);

  // Says that nothing follows (close_notify).
  void Close() { SSL_shutdown(session_.get()); }

  // What has to be written to the socket. Valid until the next call of anything here.
  std::string_view TakeOutput();

 private:
  struct Free {
    void operator()(SSL* session) const { SSL_free(session); }
  };

  std::unique_ptr<SSL, Free> session_;
  BIO* in_;   // the session's
  BIO* out_;  // the session's
  std::string output_;
};

}  // namespace monsoon::mock_engine
