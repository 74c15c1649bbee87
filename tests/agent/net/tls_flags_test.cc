// Which flags go together with which address, and what is said of those that do not.
#include "agent/io/config/tls_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

const TlsFlags kPlain;
const TlsFlags kInsecure{.insecure_listen = true};
const TlsFlags kMutual{.files = {"a.pem", "a.key", "ca.pem"},
                       .allow_controllers = {"controller.example.org"}};

absl::Status Check(std::string_view listen, const TlsFlags& flags) {
  return CheckTlsFlags(ParseListenAddress(listen).value(), flags);
}

std::string Sentence(std::string_view listen, const TlsFlags& flags) {
  return std::string(Check(listen, flags).message());
}

TEST(TlsFlags, PlainTextIsForLoopback) {
  for (const char* text : {"127.0.0.1:7070", "[::1]:7070", "unix:/run/agent.sock"}) {
    EXPECT_TRUE(Check(text, kPlain).ok()) << text;
    EXPECT_EQ(PlainTextWarning(ParseListenAddress(text).value(), kPlain), "");
  }
  for (const char* text : {"0.0.0.0:7070", "10.0.0.1:7070", "[::]:7070"}) {
    const absl::Status refused = Check(text, kPlain);
    EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied) << text;
    for (const char* remedy : {"--tls-cert", "--allow-controller", "--insecure-listen", "ssh -L"}) {
      EXPECT_THAT(std::string(refused.message()), HasSubstr(remedy));
    }
    EXPECT_TRUE(Check(text, kMutual).ok()) << text;
    EXPECT_EQ(PlainTextWarning(ParseListenAddress(text).value(), kMutual), "");
    EXPECT_TRUE(Check(text, kInsecure).ok()) << text;
    EXPECT_THAT(PlainTextWarning(ParseListenAddress(text).value(), kInsecure),
                HasSubstr("WARNING: plain text on"));
  }
  EXPECT_TRUE(Check("127.0.0.1:7070", kMutual).ok());
}

TEST(TlsFlags, ContradictionsAreRefused) {
  TlsFlags no_key = kMutual;
  no_key.files.key.clear();
  EXPECT_THAT(Sentence("127.0.0.1:1", no_key), HasSubstr("--tls-cert, --tls-key and --tls-ca"));
  TlsFlags obeys_nobody = kMutual;
  obeys_nobody.allow_controllers.clear();
  EXPECT_THAT(Sentence("127.0.0.1:1", obeys_nobody), HasSubstr("--allow-controller NAME"));
  EXPECT_THAT(Sentence("127.0.0.1:1", {.allow_controllers = {"a"}}), HasSubstr("takes --tls-cert"));
  EXPECT_THAT(Sentence("unix:/a", kMutual), HasSubstr("Unix socket"));
}

TEST(TlsFlags, CertificatesMeanTls) {
  TlsFlags both = kMutual;
  both.insecure_listen = true;  // for its metrics
  EXPECT_TRUE(Check("10.0.0.1:1", both).ok());
  EXPECT_EQ(PlainTextWarning(ParseListenAddress("10.0.0.1:1").value(), both), "");
}

}  // namespace
}  // namespace monsoon
