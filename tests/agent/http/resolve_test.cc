// Resolving an engine's host, with the policy's word on every address.
#include "agent/io/http/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

TEST(ResolveTest, AnAddressIsItself) {
  const absl::StatusOr<ResolvedEndpoint> resolved =
      Resolve("http://127.0.0.1:8000/v1/chat/completions", AddressPolicy());
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(resolved->Display(), "127.0.0.1:8000");
  EXPECT_EQ(resolved->CurlResolveLine(), "127.0.0.1:8000:127.0.0.1");
  EXPECT_EQ(resolved->endpoint.path, "/v1/chat/completions");
}

TEST(ResolveTest, LocalhostIsLoopback) {
  const absl::StatusOr<ResolvedEndpoint> resolved =
      Resolve("https://localhost/v1", AddressPolicy());
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(resolved->endpoint.port, 443);
  EXPECT_THAT(resolved->CurlResolveLine(), ::testing::StartsWith("localhost:443:"));
  for (const IpAddress& address : resolved->addresses) {
    EXPECT_THAT(address.ToString(), ::testing::AnyOf("127.0.0.1", "::1"));
  }
}

TEST(ResolveTest, Ipv6IsBracketed) {
  const absl::StatusOr<ResolvedEndpoint> resolved = Resolve("http://[::1]:8000/", AddressPolicy());
  if (resolved.status().code() == absl::StatusCode::kNotFound) GTEST_SKIP() << "no IPv6 here";
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(resolved->Display(), "[::1]:8000");
}

TEST(ResolveTest, LinesOfSeveralAddresses) {
  ResolvedEndpoint resolved;
  resolved.endpoint.host = "gpu";
  resolved.endpoint.port = 9;
  resolved.addresses = {*ParseIpAddress("10.0.0.7"), *ParseIpAddress("fd00::1")};
  EXPECT_EQ(resolved.Display(), "10.0.0.7:9");
  EXPECT_EQ(resolved.CurlResolveLine(), "gpu:9:10.0.0.7,[fd00::1]");
}

// What the resolver makes of a host counts, however the host is written.
TEST(ResolveTest, NoWayOfWritingAnAddressGetsPastThePolicy) {
  const AddressPolicy policy = AddressPolicy::WithAllowed({"any"}).value();
  for (const char* host : {
           "2852039166",  // 169.254.169.254 as one number
           "0xa9fea9fe",
           "0xa9.0xfe.0xa9.0xfe",
           "0251.0376.0251.0376",  // octal
           "169.254.43518",        // three parts
           "169.16689662",         // two parts
           "[::ffff:169.254.169.254]",
           "[::ffff:a9fe:a9fe]",
           "[64:ff9b::a9fe:a9fe]",
           "0",  // 0.0.0.0
           "0.0.0.0",
           "0x0",
           "[::]",
           "[::ffff:0.0.0.0]",
       }) {
    const absl::Status refused = Resolve(StrCat("http://", host, "/"), policy).status();
    EXPECT_FALSE(refused.ok()) << host;
    EXPECT_TRUE(refused.code() == absl::StatusCode::kPermissionDenied ||
                refused.code() == absl::StatusCode::kNotFound)
        << host << ": " << refused;
  }
  EXPECT_EQ(Resolve("http://2130706433/", policy)->Display(), "127.0.0.1:80");
}

TEST(ResolveTest, ThePolicyHasTheLastWord) {
  const absl::Status metadata =
      Resolve("http://169.254.169.254/latest/meta-data", AddressPolicy()).status();
  EXPECT_EQ(metadata.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(metadata.message()), HasSubstr("169.254.169.254"));

  const absl::Status public_address = Resolve("http://203.0.113.1/", AddressPolicy()).status();
  EXPECT_EQ(public_address.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(public_address.message()), HasSubstr("--allow-target 203.0.113.1"));

  const auto wider = AddressPolicy::WithAllowed({"203.0.113.0/24"}).value();
  EXPECT_EQ(Resolve("http://203.0.113.1/", wider).value().Display(), "203.0.113.1:80");
  const auto any = AddressPolicy::WithAllowed({"any"}).value();
  EXPECT_EQ(Resolve("http://169.254.169.254/", any).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(ResolveTest, ANameThatDoesNotResolveIsNamed) {
  const absl::Status status = Resolve("http://name.invalid:8000/", AddressPolicy()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("name.invalid"));
}

TEST(ResolveTest, ABadUrlIsRefusedBeforeAnyLookUp) {
  EXPECT_EQ(Resolve("ftp://127.0.0.1/", AddressPolicy()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace monsoon
