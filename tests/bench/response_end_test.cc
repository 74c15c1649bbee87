#include "tests/bench/response_end.h"

#include <gtest/gtest.h>

#include <string>

namespace monsoon::bench {
namespace {

// A whole response as the mock engine sends it, and one whose end comes in a write of its own.
constexpr std::string_view kResponse =
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nb\r\ndata: {0}\n\n\r\n0\r\n\r\n";

TEST(ResponseEndTest, EveryCutFindsTheEndOnceAndAtTheEnd) {
  for (size_t cut = 1; cut < kResponse.size(); ++cut) {
    ResponseEnd end;
    EXPECT_FALSE(end.Feed(kResponse.substr(0, cut))) << "cut at " << cut;
    EXPECT_TRUE(end.Feed(kResponse.substr(cut))) << "cut at " << cut;
  }
}

TEST(ResponseEndTest, ByteByByteOverTwoResponses) {
  ResponseEnd end;
  for (int response = 0; response < 2; ++response) {
    for (size_t i = 0; i < kResponse.size(); ++i) {
      EXPECT_EQ(end.Feed(kResponse.substr(i, 1)), i + 1 == kResponse.size()) << "byte " << i;
    }
  }
}

TEST(ResponseEndTest, AnEndedResponseLendsNothingToTheNext) {
  ResponseEnd end;
  EXPECT_TRUE(end.Feed(kResponse));
  EXPECT_FALSE(end.Feed("0\r\n\r\n"));
}

TEST(ResponseEndTest, ChunkSizesThatEndWithZeroAreNoEnd) {
  ResponseEnd end;
  EXPECT_FALSE(end.Feed("\r\n10\r\n\r\n"));
  EXPECT_FALSE(end.Feed("data: 0\r\n"));
}

}  // namespace
}  // namespace monsoon::bench
