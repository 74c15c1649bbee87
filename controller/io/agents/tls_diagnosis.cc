#include "controller/io/agents/tls_diagnosis.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/escaping.h"

#include "common/base/str_cat.h"
#include "common/tls/certificate.h"

namespace monsoon {
namespace {

// Of each step: connecting, the handshake, the first words after it.
constexpr timeval kStepLimit{.tv_sec = 2, .tv_usec = 0};
constexpr unsigned char kAlpn[] = {2, 'h', '2'};
constexpr size_t kMaxNamesBytes = 512;  // of a certificate, in a message

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

class Socket {
 public:
  explicit Socket(const AgentTarget& target) {
    sockaddr_storage storage{};
    socklen_t size = 0;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
    if (inet_pton(AF_INET, target.address.c_str(), &v4->sin_addr) == 1) {
      v4->sin_family = AF_INET;
      v4->sin_port = htons(static_cast<uint16_t>(target.port));
      size = sizeof(*v4);
    } else if (inet_pton(AF_INET6, target.address.c_str(), &v6->sin6_addr) == 1) {
      v6->sin6_family = AF_INET6;
      v6->sin6_port = htons(static_cast<uint16_t>(target.port));
      size = sizeof(*v6);
    } else {
      return;
    }
    fd_ = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &kStepLimit, sizeof(kStepLimit));
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &kStepLimit, sizeof(kStepLimit));
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&storage), size) == 0;
  }
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
  bool connected_ = false;
};

// Whoever it is: its signature need not have been looked at yet.
std::string PeerNamesText(SSL* ssl) {
  const Owned<X509> certificate(SSL_get1_peer_certificate(ssl));
  const Owned<BIO> memory(BIO_new(BIO_s_mem()));
  if (certificate == nullptr || PEM_write_bio_X509(memory.get(), certificate.get()) != 1) return "";
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &bytes);
  const absl::StatusOr<CertificateNames> names = NamesOf({bytes, static_cast<size_t>(size)});
  if (!names.ok()) return std::string(names.status().message());
  return absl::CHexEscape(names->ToString().substr(0, kMaxNamesBytes));
}

std::string WrongCertificate(const AgentTarget& target, SSL* ssl, long verdict) {
  const std::string begin = StrCat("agent ", target.name, " showed a certificate that ");
  switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return StrCat(begin, "is not for '", target.host, "' but for ", PeerNamesText(ssl),
                    ": call the agent by one of these names, or give it a certificate with this "
                    "one");
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return StrCat(begin,
                    "has expired: replace the file in its --tls-cert, which it takes "
                    "without a restart");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return StrCat(begin, "is not valid yet: compare the clocks of both machines");
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return StrCat(
          begin, "the authority in ", target.tls.ca,
          " (--agent-ca) did not sign: use that of the agent's certificate, and make sure "
          "that it is the agent you mean");
    default:
      return StrCat(begin, "cannot be trusted: ", X509_verify_cert_error_string(verdict));
  }
}

std::string NotAccepted(const AgentTarget& target, std::string_view why) {
  return StrCat("agent ", target.name, " did not accept this controller's certificate (",
                target.tls.cert, "): ", why,
                "; it must be signed by the authority in the agent's --tls-ca, and be valid by the "
                "agent's clock");
}

bool IsAlert(unsigned long error) {
  return ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) > SSL_AD_REASON_OFFSET;
}

// The other end's reason, when it gave one.
std::string AlertText(unsigned long error) {
  if (!IsAlert(error)) return "it closed the connection after the handshake";
  switch (ERR_GET_REASON(error)) {
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return "it knows no such authority";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return "it has expired";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return "none was shown";
    default:
      break;
  }
  const char* reason = ERR_reason_error_string(error);
  return reason == nullptr ? "it did not say why" : reason;
}

// This controller speaks plain text. Does the agent answer a handshake?
std::string DiagnosePlainText(const AgentTarget& target, SSL* ssl) {
  const bool speaks_tls = SSL_connect(ssl) == 1 || IsAlert(ERR_peek_error());
  if (!speaks_tls) return "";
  return StrCat("agent ", target.name,
                " speaks TLS, and this controller plain text: give --agent-ca, --agent-cert and "
                "--agent-key, or agent_tls: {ca, cert, key} in the scenario");
}

std::string DiagnoseMutual(const AgentTarget& target, SSL* ssl) {
  const bool shook_hands = SSL_connect(ssl) == 1;
  const long verdict = SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK) return WrongCertificate(target, ssl, verdict);
  if (!shook_hands) {
    const unsigned long error = ERR_peek_error();
    if (IsAlert(error)) return NotAccepted(target, AlertText(error));
    if (error == 0) return "";
    return StrCat("agent ", target.name,
                  " does not speak TLS, and this controller does: start it with --tls-cert, "
                  "--tls-key, --tls-ca and --allow-controller, or take --agent-cert (agent_tls) "
                  "away if it is reached on this machine or through a tunnel");
  }
  // With TLS 1.3 the agent looks at this side's certificate only after this side is through.
  char first = 0;
  ERR_clear_error();
  const int got = SSL_read(ssl, &first, 1);
  if (got > 0) return "";
  const int why = SSL_get_error(ssl, got);
  const bool waiting = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
  return waiting ? "" : NotAccepted(target, AlertText(ERR_peek_error()));
}

bool Equip(SSL_CTX* context, const TlsFiles& files) {
  return SSL_CTX_load_verify_file(context, files.ca.c_str()) == 1 &&
         SSL_CTX_use_certificate_chain_file(context, files.cert.c_str()) == 1 &&
         SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) == 1;
}

void Expect(SSL* ssl, const AgentTarget& target) {
  // A wrong certificate is to be looked at, not only refused. Nothing is said over this connection.
  SSL_set_verify(ssl, SSL_VERIFY_NONE, nullptr);
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), target.host.c_str()) == 1) return;
  ERR_clear_error();
  SSL_set_tlsext_host_name(ssl, target.host.c_str());
  SSL_set1_host(ssl, target.host.c_str());
}

}  // namespace

std::string DiagnoseTls(const AgentTarget& target) {
  if (target.port == 0) return "";
  const Socket socket(target);
  if (!socket.connected()) return "";
  ERR_clear_error();
  const Owned<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  const bool mutual = target.tls.all();
  if (mutual && !Equip(context.get(), target.tls)) return "";
  const Owned<SSL> ssl(SSL_new(context.get()));
  SSL_set_alpn_protos(ssl.get(), kAlpn, sizeof(kAlpn));
  SSL_set_fd(ssl.get(), socket.fd());
  if (mutual) Expect(ssl.get(), target);
  std::string found =
      mutual ? DiagnoseMutual(target, ssl.get()) : DiagnosePlainText(target, ssl.get());
  ERR_clear_error();
  return found;
}

}  // namespace monsoon
