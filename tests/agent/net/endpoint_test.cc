#include "agent/core/net/endpoint.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(Endpoint, TakesAUrlApart) {
  const absl::StatusOr<Endpoint> plain = ParseEndpoint("http://gpu1:8000/v1/chat/completions?a=b");
  ASSERT_TRUE(plain.ok());
  EXPECT_FALSE(plain->tls);
  EXPECT_EQ(plain->host, "gpu1");
  EXPECT_EQ(plain->port, 8000);
  EXPECT_EQ(plain->path, "/v1/chat/completions?a=b");

  const absl::StatusOr<Endpoint> v6 = ParseEndpoint("https://[2001:db8::1]");
  ASSERT_TRUE(v6.ok());
  EXPECT_TRUE(v6->tls);
  EXPECT_EQ(v6->host, "2001:db8::1");
  EXPECT_EQ(v6->port, 443);
  EXPECT_EQ(v6->path, "/");

  EXPECT_EQ(ParseEndpoint("http://[::1]:81/x")->port, 81);
  EXPECT_EQ(ParseEndpoint("http://h?q")->path, "/?q");
}

TEST(Endpoint, SaysWhatIsWrong) {
  for (const char* url :
       {"", "gpu1:8000", "ftp://h/", "http://", "http:///v1", "http://h:0/", "http://h:65536/",
        "http://h:x/", "http://[::1", "http://[::1]x/", "http://user:pw@h/"}) {
    const absl::StatusOr<Endpoint> endpoint = ParseEndpoint(url);
    ASSERT_FALSE(endpoint.ok()) << url;
    EXPECT_NE(endpoint.status().message().find("engine url"), absl::string_view::npos);
  }
}

}  // namespace
}  // namespace monsoon
