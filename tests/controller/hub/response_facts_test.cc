#include "controller/core/hub/response_facts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace monsoon {
namespace {

ResponseFacts Read(const std::vector<std::string>& lines) {
  ResponseFacts facts;
  for (const std::string& line : lines) AddHeaderLine(line + "\r\n", facts);
  AddHeaderLine("\r\n", facts);
  return facts;
}

TEST(AddHeaderLine, ReadsAHubsRedirect) {
  const ResponseFacts facts =
      Read({"HTTP/2 302", "location: https://cdn/x?s=1", "X-Repo-Commit: c0ffee",
            "x-linked-etag: \"abc\"", "X-LINKED-SIZE: 498000000", "etag: W/\"other\""});
  EXPECT_EQ(facts.status, 302);
  EXPECT_TRUE(facts.is_redirect());
  EXPECT_EQ(facts.location, "https://cdn/x?s=1");
  EXPECT_EQ(facts.commit, "c0ffee");
  EXPECT_EQ(NormaliseEtag(facts.linked_etag), "abc");
  EXPECT_EQ(facts.linked_size, 498000000);
  EXPECT_EQ(facts.content_length, std::nullopt);
}

TEST(AddHeaderLine, ANewStatusLineBeginsANewHead) {
  const ResponseFacts facts =
      Read({"HTTP/1.1 100 Continue", "etag: \"old\"", "HTTP/1.1 200 OK", "Content-Length: 7"});
  EXPECT_EQ(facts.status, 200);
  EXPECT_EQ(facts.etag, "");
  EXPECT_EQ(facts.content_length, 7);
  EXPECT_FALSE(facts.is_redirect());
}

TEST(AddHeaderLine, NumbersThatAreNoneAreLeftOut) {
  const ResponseFacts facts =
      Read({"HTTP/1.1 200 OK", "Content-Length: -5", "X-Linked-Size: many", "no colon here"});
  EXPECT_EQ(facts.content_length, std::nullopt);
  EXPECT_EQ(facts.linked_size, std::nullopt);
}

TEST(AddHeaderLine, ReadsContentRange) {
  const auto range = [](const std::string& text) {
    return Read({"HTTP/1.1 206 Partial", "Content-Range: " + text}).content_range;
  };
  EXPECT_EQ(range("bytes 100-199/500"), (ContentRange{100, 199, 500}));
  EXPECT_EQ(range("bytes 0-0/*"), (ContentRange{0, 0, -1}));
  EXPECT_EQ(range("bytes */500"), (ContentRange{-1, -1, 500}));
  for (const char* bad : {"", "bytes", "bytes 5-4/9", "items 0-1/2", "bytes a-b/c", "bytes 1/2"}) {
    EXPECT_EQ(range(bad), std::nullopt) << bad;
  }
}

TEST(AskedWaitS, ReadsSecondsAndDates) {
  ResponseFacts facts{.status = 503, .retry_after = "7"};
  EXPECT_EQ(AskedWaitS(facts, 0), 7);
  // RFC 9110's example: 784111777 s since 1970.
  facts.retry_after = "Sun, 06 Nov 1994 08:49:37 GMT";
  EXPECT_EQ(AskedWaitS(facts, 784111700), 77);
  EXPECT_EQ(AskedWaitS(facts, 784111800), 0);
  facts.retry_after = "soon";
  EXPECT_EQ(AskedWaitS(facts, 0), std::nullopt);
}

TEST(AskedWaitS, ReadsTheRateLimitsWindow) {
  ResponseFacts facts{.status = 429, .rate_limit = "\"resolvers\";r=0;t=55"};
  EXPECT_EQ(AskedWaitS(facts, 0), 55);
  facts.retry_after = "3";
  EXPECT_EQ(AskedWaitS(facts, 0), 3);
  // Beside any other answer it says how much is left, not that one has to wait.
  facts = {.status = 503, .rate_limit = "\"resolvers\";r=9;t=55"};
  EXPECT_EQ(AskedWaitS(facts, 0), std::nullopt);
}

TEST(Etag, IsCompared) {
  EXPECT_EQ(NormaliseEtag("W/\"a\""), "a");
  EXPECT_EQ(NormaliseEtag("a"), "a");
  EXPECT_TRUE(IsStrongEtag("\"a\""));
  EXPECT_FALSE(IsStrongEtag("W/\"a\""));
  EXPECT_FALSE(IsStrongEtag("\"\""));
  EXPECT_FALSE(IsStrongEtag(""));
}

}  // namespace
}  // namespace monsoon
