// What a certificate says, and what is said of one that will not do.
#include "common/tls/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/str_cat.h"
#include "tests/common/tls/made_certificate.h"

namespace monsoon {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Fault(const TlsMaterial& material, int64_t now_s = 1500) {
  return std::string(ToStd(CheckMaterial(material, now_s).message()));
}

TEST(CertificateNames, AreTheAlternativeNames) {
  const auto names =
      NamesOf(MakeCertificate(
                  "DNS:a.example,DNS:*.b,URI:spiffe://c/d,IP:10.0.0.7,IP:fd00::1,email:e@f", 1, 2)
                  .cert_pem);
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_THAT(names->dns, ElementsAre("a.example", "*.b"));
  EXPECT_THAT(names->uris, ElementsAre("spiffe://c/d"));
  EXPECT_THAT(names->addresses, ElementsAre("10.0.0.7", "fd00::1"));
  EXPECT_EQ(names->ToString(), "DNS:a.example, DNS:*.b, URI:spiffe://c/d, IP:10.0.0.7, IP:fd00::1");
}

TEST(CertificateNames, MayBeNone) {
  const auto names = NamesOf(MakeCertificate("", 1, 2).cert_pem);
  ASSERT_TRUE(names.ok());
  EXPECT_TRUE(names->empty());
  EXPECT_EQ(names->ToString(), "no subject alternative name");
}

TEST(CertificateNames, AreThoseOfTheFirst) {
  const auto names = NamesOf(MakeCertificate("DNS:leaf", 1, 2).cert_pem +
                             MakeCertificate("DNS:issuer", 1, 2).cert_pem);
  EXPECT_THAT(names->dns, ElementsAre("leaf"));
}

TEST(CertificateNames, OtherTextHasNone) {
  for (const char* text :
       {"", "DNS:a", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}) {
    EXPECT_FALSE(NamesOf(text).ok()) << text;
  }
}

TEST(CheckMaterial, IsContentWithWhatGoesTogether) {
  const TlsMaterial material = MakeMaterial();
  for (const int64_t now_s : {1000, 1500, 1999}) EXPECT_EQ(Fault(material, now_s), "") << now_s;
}

TEST(CheckMaterial, NamesTheFileAndTheTime) {
  EXPECT_THAT(Fault(MakeMaterial(), 2001),
              AllOf(HasSubstr("own.pem holds a certificate that expired"),
                    HasSubstr("1970-01-01 00:33:20 UTC")));
  EXPECT_THAT(Fault(MakeMaterial(), 999),
              AllOf(HasSubstr("own.pem"), HasSubstr("not valid before 1970-01-01 00:16:40 UTC")));
  TlsMaterial old = MakeMaterial();
  old.ca.pem = MakeCertificate("", 100, 200).cert_pem;
  EXPECT_THAT(Fault(old), HasSubstr("ca.pem holds a certificate that expired"));
  old.ca.pem += MakeCertificate("", 1000, 2000).cert_pem;
  EXPECT_EQ(Fault(old), "") << "a new authority beside an old one";
}

TEST(CheckMaterial, NamesTheFileThatHoldsSomethingElse) {
  TlsMaterial material = MakeMaterial();
  std::swap(material.cert.pem, material.ca.pem);
  EXPECT_THAT(Fault(material),
              AllOf(HasSubstr("own.key holds a key that is not that of"), HasSubstr("own.pem")));
  material = MakeMaterial();
  material.cert.pem = material.key_pem.Reveal();
  EXPECT_THAT(Fault(material), HasSubstr("own.pem holds no certificate"));
  material = MakeMaterial();
  material.key_pem = Secret(material.cert.pem);
  EXPECT_THAT(Fault(material), HasSubstr("own.key holds no private key"));
  material = MakeMaterial();
  material.ca.pem = "nonsense";
  EXPECT_THAT(Fault(material), HasSubstr("ca.pem holds no certificate"));
}

TEST(CheckMaterial, NeverAsksForAPassphrase) {
  TlsMaterial material = MakeMaterial();
  material.key_pem = Secret(
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
      "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgYEXH3GMgNlwICCAAw\n"
      "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEFVqJ6mTDyY5AuXo2LtaTGAEgZDX\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n");
  EXPECT_THAT(Fault(material), HasSubstr("own.key holds"));
}

TEST(CheckMaterial, NeverPrintsAKey) {
  TlsMaterial material = MakeMaterial();
  material.cert.pem = MakeCertificate("DNS:b", 1000, 2000).cert_pem;
  const std::string inside = material.key_pem.Reveal().substr(40, 20);
  EXPECT_EQ(Fault(material).find(inside), std::string::npos);
  EXPECT_EQ(testing::PrintToString(material.key_pem), "<secret>");
}

}  // namespace
}  // namespace monsoon
