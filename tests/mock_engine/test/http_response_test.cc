#include "tests/mock_engine/http_response.h"

#include <gtest/gtest.h>

namespace monsoon::mock_engine {
namespace {

TEST(HttpResponseTest, WholeResponseStatesItsLength) {
  EXPECT_EQ(WholeResponse(429, "application/json", "{}", true, "retry-after: 7\r\n"),
            "HTTP/1.1 429 Too Many Requests\r\nserver: mock_engine\r\n"
            "content-type: application/json\r\ncontent-length: 2\r\nretry-after: 7\r\n\r\n{}");
}

TEST(HttpResponseTest, SaysWhenItWillClose) {
  EXPECT_NE(WholeResponse(200, "a/b", "", false).find("connection: close\r\n"), std::string::npos);
  EXPECT_NE(StreamHead(false).find("connection: close\r\n"), std::string::npos);
  EXPECT_EQ(StreamHead(true).find("connection:"), std::string::npos);
}

TEST(HttpChunkBuilderTest, FramesInHexadecimal) {
  HttpChunkBuilder chunk;
  chunk.body().append("hello");
  EXPECT_EQ(chunk.Finish(), "5\r\nhello\r\n");
  chunk.Clear();
  chunk.body().append(std::string(0x1a2, 'x'));
  EXPECT_EQ(chunk.Finish(kLastHttpChunk), "1a2\r\n" + std::string(0x1a2, 'x') + "\r\n0\r\n\r\n");
}

TEST(HttpChunkBuilderTest, NothingIsNoChunk) {
  // An empty chunk would end the body.
  HttpChunkBuilder chunk;
  EXPECT_EQ(chunk.Finish(), "");
  chunk.Clear();
  EXPECT_EQ(chunk.Finish(kLastHttpChunk), "0\r\n\r\n");
}

}  // namespace
}  // namespace monsoon::mock_engine
