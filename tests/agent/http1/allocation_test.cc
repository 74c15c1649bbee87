// Proves that in steady state a request head and a response allocate nothing, however the reads are
// cut. This binary replaces the global operator new (tests/counting_new.h).
#include <gtest/gtest.h>

#include <cstdint>
#include <new>
#include <string>
#include <string_view>

#include "agent/core/http/request_head.h"
#include "agent/core/http/response_parser.h"
#include "tests/counting_new.h"

namespace monsoon {
namespace {

#ifdef MONSOON_SANITIZED

TEST(Http1Allocation, SteadyStateAllocatesNothing) {
  GTEST_SKIP() << "the sanitizer's allocator is in the way";
}

#else

std::string ChunkedStream(int chunks) {
  const std::string event = "data: " + std::string(154, 'x') + "\n\n";  // 162 bytes: a2
  std::string stream =
      "HTTP/1.1 200 OK\r\ndate: Mon, 01 Jan 2024 00:00:00 GMT\r\nserver: uvicorn\r\n"
      "content-type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < chunks; ++i) stream += "a2\r\n" + event + "\r\n";
  return stream + "0\r\n\r\n";
}

// Bytes of body, or -1 when the response did not end well.
int64_t Play(ResponseParser& parser, std::string_view stream, size_t read_bytes) {
  int64_t body_bytes = 0;
  parser.Begin();
  for (size_t at = 0; at < stream.size(); at += read_bytes) {
    std::string_view input = stream.substr(at, read_bytes);
    std::string_view body;
    ResponseParser::Event event;
    while ((event = parser.Next(input, body)) != ResponseParser::Event::kNeedMore) {
      if (event == ResponseParser::Event::kEnd) return input.empty() ? body_bytes : -1;
      if (event == ResponseParser::Event::kError) return -1;
      body_bytes += static_cast<int64_t>(body.size());
    }
  }
  return -1;
}

TEST(Http1Allocation, TheCounterCounts) {
  const int64_t before = Allocations();
  ::operator delete(::operator new(1));  // a new-expression might be optimised away
  EXPECT_GT(Allocations(), before);
}

TEST(Http1Allocation, AChunkedStreamAllocatesNothing) {
  const std::string stream = ChunkedStream(1000);
  ResponseParser parser;
  for (const size_t read_bytes : {size_t{7}, size_t{168}, size_t{1448}, stream.size()}) {
    ASSERT_EQ(Play(parser, stream, read_bytes), 162'000);
    const int64_t before = Allocations();
    const int64_t body_bytes = Play(parser, stream, read_bytes);
    EXPECT_EQ(Allocations() - before, 0) << "reads of " << read_bytes << " bytes";
    EXPECT_EQ(body_bytes, 162'000);
  }
}

TEST(Http1Allocation, LinesThatLieWholeInOneReadAllocateNothingEvenAtFirst) {
  const std::string stream =
      "HTTP/1.1 200 OK\r\nX-Long: " + std::string(5000, 'x') + "\r\nContent-Length: 1\r\n\r\nx";
  ResponseParser parser;
  const int64_t before = Allocations();
  const int64_t body_bytes = Play(parser, stream, stream.size());
  EXPECT_EQ(Allocations() - before, 0);
  EXPECT_EQ(body_bytes, 1);
}

// Ten thousand streams must not each keep a long header that happened to be cut: when a long line
// comes once more, within the same response, it needs new memory.
TEST(Http1Allocation, MemoryOfALongLineIsGivenBackWithTheHead) {
  const std::string long_text(5000, 'x');
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Long: " + long_text;
  const std::string chunk = "1;" + long_text;
  ResponseParser parser;
  parser.Begin();
  std::string_view body;
  std::string_view input = head;
  ASSERT_EQ(parser.Next(input, body), ResponseParser::Event::kNeedMore);
  input = "\r\n\r\n";
  ASSERT_EQ(parser.Next(input, body), ResponseParser::Event::kHead);
  const int64_t before = Allocations();
  input = chunk;
  ASSERT_EQ(parser.Next(input, body), ResponseParser::Event::kNeedMore);
  EXPECT_GT(Allocations(), before);
}

TEST(Http1Allocation, ARequestHeadAllocatesNothingWhereThereIsRoom) {
  const RequestHead head =
      RequestHead::Create({.host = "h", .port = 80, .path = "/"}, {{"Content-Type", "a/b"}})
          .value();
  std::string out;
  out.reserve(1000);
  const int64_t before = Allocations();
  ASSERT_TRUE(head.Append("run-0-17", 123, out));
  EXPECT_EQ(Allocations() - before, 0);
}

#endif

}  // namespace
}  // namespace monsoon
