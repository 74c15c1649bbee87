// TLS without a socket: a client of OpenSSL's speaks to a TlsSession through memory, and judges
// each certificate as a careful client does.
#include "tests/mock_engine/tls.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace monsoon::mock_engine {
namespace {

class TlsTest : public ::testing::Test {
 protected:
  ~TlsTest() override {
    SSL_free(client_);
    SSL_CTX_free(client_context_);
  }

  // What the client makes of the certificate, of `host` and vouched for by the authority.
  long Judge(Certificate certificate, const char* host = "localhost") {
    const std::string authority = ::testing::TempDir() + "mock_engine_authority.pem";
    context_ = *TlsContext::Create(certificate, authority);
    server_ = std::make_unique<TlsSession>(*context_);
    client_context_ = SSL_CTX_new(TLS_client_method());
    EXPECT_EQ(SSL_CTX_load_verify_file(client_context_, authority.c_str()), 1);
    client_ = SSL_new(client_context_);
    SSL_set1_host(client_, host);
    SSL_set_bio(client_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(client_);
    for (int flight = 0; flight < 4; ++flight) Exchange();
    return SSL_get_verify_result(client_);
  }

  // One flight of the client's, and the server's answer.
  void Exchange() {
    SSL_do_handshake(client_);
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(SSL_get_wbio(client_), &bytes);
    const std::string sent(bytes, static_cast<size_t>(size));
    (void)BIO_reset(SSL_get_wbio(client_));
    more_ = server_->Receive(sent, &said_);
    Deliver();
  }

  void Deliver() {
    const std::string_view output = server_->TakeOutput();
    BIO_write(SSL_get_rbio(client_), output.data(), static_cast<int>(output.size()));
  }

  std::unique_ptr<TlsContext> context_;
  std::unique_ptr<TlsSession> server_;
  SSL_CTX* client_context_ = nullptr;
  SSL* client_ = nullptr;
  std::string said_;  // by the client
  bool more_ = true;
};

TEST_F(TlsTest, AGoodCertificateCarriesBothWays) {
  ASSERT_EQ(Judge(Certificate::kGood), X509_V_OK);
  SSL_write(client_, "hello", 5);
  Exchange();
  EXPECT_EQ(said_, "hello");
  EXPECT_TRUE(more_);
  server_->Send("world");
  Deliver();
  char bytes[16];
  EXPECT_EQ(SSL_read(client_, bytes, sizeof(bytes)), 5);
  server_->Close();
  Deliver();
  EXPECT_EQ(SSL_read(client_, bytes, sizeof(bytes)), 0);
  EXPECT_EQ(SSL_get_error(client_, 0), SSL_ERROR_ZERO_RETURN);
}

TEST_F(TlsTest, AnExpiredCertificateIsOnlyThat) {
  EXPECT_EQ(Judge(Certificate::kExpired), X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST_F(TlsTest, ASelfSignedCertificateIsTrustedByNobody) {
  EXPECT_EQ(Judge(Certificate::kSelfSigned), X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
}

TEST_F(TlsTest, TheWrongHostIsOnlyThat) {
  EXPECT_EQ(Judge(Certificate::kWrongHost), X509_V_ERR_HOSTNAME_MISMATCH);
}

TEST_F(TlsTest, PlainBytesAreNoHandshake) {
  Judge(Certificate::kGood);
  TlsSession other(*context_);
  std::string said;
  EXPECT_FALSE(other.Receive("GET / HTTP/1.1\r\n\r\n", &said));
  EXPECT_EQ(said, "");
}

TEST(CertificateTest, NamesAreKnown) {
  EXPECT_EQ(FindCertificate("expired"), Certificate::kExpired);
  EXPECT_FALSE(FindCertificate("bad").has_value());
}

}  // namespace
}  // namespace monsoon::mock_engine
