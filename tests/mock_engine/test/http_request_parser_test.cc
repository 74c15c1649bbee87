#include "tests/mock_engine/http_request_parser.h"

#include <gtest/gtest.h>

#include <string>

namespace monsoon::mock_engine {
namespace {

using State = HttpRequestParser::State;

const char kPost[] =
    "POST /v1/chat/completions?x=1 HTTP/1.1\r\n"
    "Host: localhost\r\n"
    "content-TYPE: application/json\r\n"
    "X-Request-Id:   r-17 \r\n"
    "Authorization: Bearer k\r\n"
    "Content-Length: 11\r\n\r\n"
    "{\"a\":\"\r\n\r\n\"";

void ExpectThePost(const HttpRequestParser& parser) {
  ASSERT_EQ(parser.state(), State::kComplete);
  const HttpRequest& request = parser.request();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/v1/chat/completions?x=1");
  EXPECT_EQ(request.content_type, "application/json");
  EXPECT_EQ(request.request_id, "r-17");
  EXPECT_EQ(request.authorization, "Bearer k");
  EXPECT_EQ(request.body, "{\"a\":\"\r\n\r\n\"");
  EXPECT_TRUE(request.keep_alive);
}

TEST(HttpRequestParserTest, ReadsARequestCutAtEveryByte) {
  const std::string bytes = kPost;
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    HttpRequestParser parser;
    EXPECT_EQ(parser.Feed(bytes.substr(0, cut)), cut);
    EXPECT_EQ(parser.Feed(bytes.substr(cut)), bytes.size() - cut);
    ExpectThePost(parser);
  }
}

TEST(HttpRequestParserTest, ReadsARequestByteByByteAndThenTheNext) {
  HttpRequestParser parser;
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(parser.idle());
    for (const char c : std::string(kPost)) parser.Feed({&c, 1});
    ExpectThePost(parser);
    parser.Reset();
  }
}

TEST(HttpRequestParserTest, LeavesTheNextRequestAlone) {
  const std::string two = std::string(kPost) + "GET /health HTTP/1.1\r\n\r\n";
  HttpRequestParser parser;
  const size_t used = parser.Feed(two);
  EXPECT_EQ(used, std::string(kPost).size());
  parser.Reset();
  EXPECT_EQ(parser.Feed(two.substr(used)), two.size() - used);
  ASSERT_EQ(parser.state(), State::kComplete);
  EXPECT_EQ(parser.request().target, "/health");
  EXPECT_EQ(parser.request().body, "");
}

TEST(HttpRequestParserTest, SkipsEmptyLinesBeforeARequest) {
  HttpRequestParser parser;
  EXPECT_EQ(parser.Feed("\r\n\r\nGET / HTTP/1.1\r\n\r\n"), 22u);
  EXPECT_EQ(parser.state(), State::kComplete);
}

TEST(HttpRequestParserTest, KnowsWhoWantsToStay) {
  const auto keep_alive = [](const std::string& bytes) {
    HttpRequestParser parser;
    parser.Feed(bytes);
    EXPECT_EQ(parser.state(), State::kComplete) << bytes;
    return parser.request().keep_alive;
  };
  EXPECT_TRUE(keep_alive("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keep_alive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(HttpRequestParserTest, AsksForABodyThatWaits) {
  HttpRequestParser parser;
  parser.Feed("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_TRUE(parser.TakeContinueRequest());
  EXPECT_FALSE(parser.TakeContinueRequest());
  parser.Feed("{}");
  EXPECT_EQ(parser.state(), State::kComplete);
}

TEST(HttpRequestParserTest, RefusesWithTheRightStatus) {
  const auto status = [](const std::string& bytes) {
    HttpRequestParser parser;
    parser.Feed(bytes);
    EXPECT_EQ(parser.state(), State::kError) << bytes;
    EXPECT_FALSE(parser.error_text().empty());
    return parser.error_status();
  };
  EXPECT_EQ(status("nonsense\r\n\r\n"), 400);
  EXPECT_EQ(status("GET x HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status("GET / HTTP/2\r\n\r\n"), 505);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nno colon\r\n\r\n"), 400);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"), 400);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nContent-Length: 67108865\r\n\r\n"), 413);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), 411);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nX: " + std::string(70'000, 'x')), 431);
}

}  // namespace
}  // namespace monsoon::mock_engine
