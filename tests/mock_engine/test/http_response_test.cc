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
}

}  // namespace
}  // namespace monsoon::mock_engine
