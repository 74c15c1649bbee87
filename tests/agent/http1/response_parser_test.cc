#include "agent/core/http/response_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/agent/http1/read_response.h"

namespace monsoon {
namespace {

using Event = ResponseParser::Event;

SeenResponse Read(std::string_view bytes) {
  ResponseParser parser;
  return ReadResponse(parser, {bytes});
}

SeenResponse ReadHead(std::string_view headers, std::string_view rest = "") {
  return Read("HTTP/1.1 200 OK\r\n" + std::string(headers) + "\r\n" + std::string(rest));
}

SeenResponse ReadChunks(std::string_view chunks) {
  return ReadHead("Transfer-Encoding: chunked\r\n", chunks);
}

bool IsBad(const SeenResponse& seen) {
  return !seen.ended && !seen.ended_by_close && seen.error_class == ErrorClass::kBadPayload &&
         !seen.error.empty();
}

bool IsTruncated(const SeenResponse& seen) {
  return !seen.ended && !seen.ended_by_close && seen.error_class == ErrorClass::kTruncated &&
         !seen.error.empty();
}

TEST(ResponseParser, ReadsAStreamInItsOrder) {
  ResponseParser parser;
  parser.Begin();
  EXPECT_EQ(parser.bytes_seen(), 0u);
  std::string_view body;
  std::string_view input =
      "HTTP/1.1 200 OK\r\nContent-Type:text/event-stream \r\nTRANSFER-ENCODING: chunked\r\n\r\n";
  const size_t head_bytes = input.size();
  ASSERT_EQ(parser.Next(input, body), Event::kHead);
  EXPECT_EQ(parser.status(), 200);
  EXPECT_EQ(parser.content_type(), "text/event-stream");
  EXPECT_EQ(parser.content_encoding(), "");
  EXPECT_TRUE(parser.chunked());
  EXPECT_FALSE(parser.content_length().has_value());
  EXPECT_TRUE(parser.keep_alive());
  EXPECT_TRUE(parser.head_seen());
  ASSERT_EQ(parser.Next(input, body), Event::kNeedMore);
  EXPECT_EQ(parser.bytes_seen(), head_bytes);

  const std::string read = "b\r\ndata: {}\n\n\n\r\n";
  input = read;
  ASSERT_EQ(parser.Next(input, body), Event::kBody);
  EXPECT_EQ(body, "data: {}\n\n\n");
  EXPECT_EQ(body.data(), read.data() + 3);  // where the caller has it: not copied
  ASSERT_EQ(parser.Next(input, body), Event::kNeedMore);
  EXPECT_EQ(body, "");

  input = "0\r\n\r\n";
  ASSERT_EQ(parser.Next(input, body), Event::kEnd);
  EXPECT_EQ(parser.Next(input, body), Event::kEnd);
  EXPECT_EQ(parser.Close(), Event::kEnd);
}

TEST(ResponseParser, ABodyOfNoBytesEndsWithoutAny) {
  ResponseParser parser;
  parser.Begin();
  std::string_view input = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";
  std::string_view body;
  ASSERT_EQ(parser.Next(input, body), Event::kHead);
  ASSERT_TRUE(input.empty());
  EXPECT_EQ(parser.Next(input, body), Event::kEnd);
}

TEST(ResponseParser, ForgetsTheLastAnswer) {
  ResponseParser parser;
  ReadResponse(parser, {"HTTP/1.0 404 No\r\nContent-Type: a/b\r\nContent-Encoding: br\r\n"
                        "Connection: close\r\nContent-Length: 9\r\n\r\nabc"});
  ReadResponse(parser, {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"});
  SeenResponse expected;
  expected.heads = 1;
  expected.status = 201;
  expected.content_length = 2;
  expected.keep_alive = expected.ended = true;
  expected.body = "hi";
  EXPECT_EQ(ReadResponse(parser, {"HTTP/1.1 201 \r\nContent-Length: 2\r\n\r\nhi"}), expected);
}

TEST(ResponseParser, LeavesWhatWasNotAskedFor) {
  const SeenResponse seen = ReadHead("Content-Length: 2\r\n", "hiHTTP/1.1 200 OK\r\n");
  EXPECT_TRUE(seen.ended);
  EXPECT_EQ(seen.body, "hi");
  EXPECT_EQ(seen.rest, "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(ReadChunks("0\r\n\r\n\r\n").rest, "\r\n");
}

TEST(ResponseParser, TellsAStaleConnectionFromACutAnswer) {
  ResponseParser parser;
  parser.Begin();
  EXPECT_EQ(parser.Close(), Event::kError);
  EXPECT_EQ(parser.bytes_seen(), 0u);
  EXPECT_FALSE(parser.head_seen());
  EXPECT_EQ(parser.error_class(), ErrorClass::kTruncated);
  EXPECT_NE(parser.error().find("without an answer"), std::string_view::npos);

  parser.Begin();
  std::string_view input = "H";
  std::string_view body;
  EXPECT_EQ(parser.Next(input, body), Event::kNeedMore);
  EXPECT_EQ(parser.Close(), Event::kError);
  EXPECT_EQ(parser.bytes_seen(), 1u);
  EXPECT_NE(parser.error().find("inside the header"), std::string_view::npos);
}

TEST(ResponseParser, ReadsUntilTheConnectionCloses) {
  const SeenResponse seen = ReadHead("", "all\r\n\r\n");
  EXPECT_TRUE(seen.ended_by_close);
  EXPECT_EQ(seen.body, "all\r\n\r\n");
  EXPECT_FALSE(seen.keep_alive);
  EXPECT_TRUE(ReadHead("").ended_by_close);
}

TEST(ResponseParser, SkipsInterimAnswers) {
  const SeenResponse seen = Read(
      "HTTP/1.1 100 Continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_EQ(seen.heads, 1);
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(seen.body, "x");
  EXPECT_TRUE(seen.keep_alive);
  EXPECT_TRUE(IsBad(Read("HTTP/1.1 101 Switching Protocols\r\n\r\n")));
}

TEST(ResponseParser, SomeStatusesHaveNoBody) {
  for (const char* status : {"204", "304"}) {
    for (const char* framing : {"", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"}) {
      const SeenResponse seen =
          Read(std::string("HTTP/1.1 ") + status + " x\r\n" + framing + "\r\n");
      EXPECT_TRUE(seen.ended) << status << framing;
      EXPECT_TRUE(seen.keep_alive) << status << framing;
    }
  }
}

TEST(ResponseParser, ReadsStatusLines) {
  EXPECT_EQ(Read("HTTP/1.1 200\r\n\r\n").status, 200);
  EXPECT_EQ(Read("HTTP/1.1 429 Too  Many\tRequests\xFF\r\n\r\n").status, 429);
  EXPECT_EQ(Read("HTTP/1.9 999 \r\n\r\n").status, 999);
  for (const char* line :
       {"", " HTTP/1.1 200 OK", "http/1.1 200 OK", "HTTP/2 200", "HTTP/1. 200 OK", "HTTP/11 200 OK",
        "HTTP/1.10 200 OK", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 099",
        "HTTP/1.1  200", "HTTP/1.1 2x0 OK", "HTTP/1.1 +20 OK", "HTTP/1.1\t200 OK", "ICY 200 OK"}) {
    EXPECT_TRUE(IsBad(Read(std::string(line) + "\r\n\r\n"))) << line;
  }
  // Not HTTP at all: known from the first wrong byte, no line end needed.
  EXPECT_TRUE(IsBad(Read("\x15\x03\x01")));
  EXPECT_TRUE(IsBad(Read("HTTQ")));
  EXPECT_TRUE(IsTruncated(Read("HTTP")));
}

TEST(ResponseParser, ReadsContentLengths) {
  EXPECT_EQ(ReadHead("Content-Length:5\r\ncontent-length: 005 , 5\r\n", "hello").body, "hello");
  EXPECT_EQ(ReadHead("Content-Length: 9223372036854775807\r\n").content_length,
            9223372036854775807u);
  for (const char* value : {"", "-1", "+1", "1 2", "0x1", "1.0", "1,2", "1,,1", ",1", "one", "1\r",
                            "9223372036854775808", "99999999999999999999"}) {
    EXPECT_TRUE(IsBad(ReadHead("Content-Length: " + std::string(value) + "\r\n", "a"))) << value;
  }
  EXPECT_TRUE(IsBad(ReadHead("Content-Length: 1\r\nContent-Length: 2\r\n", "ab")));
  EXPECT_TRUE(IsTruncated(ReadHead("Content-Length: 3\r\n", "ab")));
}

TEST(ResponseParser, ReadsTransferEncodings) {
  EXPECT_TRUE(ReadHead("Transfer-Encoding: identity\r\nContent-Length: 1\r\n", "x").ended);
  EXPECT_EQ(ReadHead("Transfer-Encoding: identity,\tCHUNKED ,\r\n", "1\r\nx\r\n0\r\n\r\n").body,
            "x");
  for (const char* value : {"gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked",
                            "chunked;a=b", "xchunked", "chunked chunked"}) {
    EXPECT_TRUE(IsBad(ReadHead("Transfer-Encoding: " + std::string(value) + "\r\n", "0\r\n\r\n")))
        << value;
  }
  EXPECT_TRUE(IsBad(ReadHead("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")));
}

TEST(ResponseParser, TransferEncodingWinsOverContentLength) {
  for (const char* headers : {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                              "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"}) {
    const SeenResponse seen = ReadHead(headers, "2\r\nab\r\n0\r\n\r\n");
    EXPECT_EQ(seen.body, "ab");
    EXPECT_FALSE(seen.content_length.has_value());
    EXPECT_TRUE(seen.ended);
    EXPECT_FALSE(seen.keep_alive);
  }
}

TEST(ResponseParser, KnowsWhetherTheConnectionStays) {
  const std::string length = "Content-Length: 0\r\n";
  EXPECT_TRUE(ReadHead(length).keep_alive);
  EXPECT_TRUE(ReadHead(length + "Connection: closed\r\n").keep_alive);
  EXPECT_FALSE(ReadHead(length + "Connection: close\r\n").keep_alive);
  EXPECT_FALSE(ReadHead(length + "connection:keep-alive , CLOSE\r\n").keep_alive);
  EXPECT_FALSE(ReadHead(length + "Connection: x\r\nConnection: close\r\n").keep_alive);
  const std::string old = "HTTP/1.0 200 OK\r\n" + length;
  EXPECT_FALSE(Read(old + "\r\n").keep_alive);
  EXPECT_TRUE(Read(old + "Connection: Keep-Alive\r\n\r\n").keep_alive);
  EXPECT_FALSE(Read(old + "Connection: keep-alive, close\r\n\r\n").keep_alive);
  const SeenResponse chunked = Read(
      "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\nx\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.body, "x");
  EXPECT_FALSE(chunked.keep_alive);
}

TEST(ResponseParser, ReadsChunks) {
  EXPECT_EQ(ReadChunks("00000000000000000000001\r\na\r\nA ;x=\"0\r\n0123456789\r\n0\r\n\r\n").body,
            "a0123456789");
  EXPECT_EQ(ReadChunks("2\nab\n1\t\nc\r\n0\n\n").body, "abc");
  EXPECT_TRUE(ReadChunks("000;last\r\nA: 1\r\nB 2\r\n\r\n").ended);
  EXPECT_TRUE(IsTruncated(ReadChunks("7fffffffffffffff\r\nabc")));
  for (const char* chunks : {"\r\n", ";x\r\n", "g\r\n", "-1\r\n", "0x1\r\n", " 1\r\na\r\n",
                             "1 1\r\n", "8000000000000000\r\n", "fffffffffffffffff\r\n",
                             "1\r\nab\r\n", "1\r\na\r\r\n", "1\r\na0\r\n\r\n"}) {
    EXPECT_TRUE(IsBad(ReadChunks(chunks))) << chunks;
  }
  for (const char* chunks : {"", "1", "1\r\n", "1\r\na", "1\r\na\r\n", "0\r\n", "0\r\nA: 1\r\n"}) {
    EXPECT_TRUE(IsTruncated(ReadChunks(chunks))) << chunks;
  }
  EXPECT_EQ(ReadChunks("1\r\nabc").body, "a");  // what came before the error was as sent
}

TEST(ResponseParser, TreatsHeaderLinesAsDocumented) {
  EXPECT_EQ(ReadHead("Content-Type : \t a/b; c=\"d\" \t\r\n").content_type, "a/b; c=\"d\"");
  EXPECT_EQ(ReadHead("Content-Encoding: gzip\r\nContent-Encoding: br\r\n").content_encoding,
            "gzip, br");
  EXPECT_TRUE(IsBad(ReadHead("no colon\r\n")));
  EXPECT_TRUE(IsBad(ReadHead(": no name\r\n")));
  EXPECT_TRUE(IsBad(ReadHead(std::string_view("X: \0\r\n", 6))));
  EXPECT_TRUE(IsBad(Read(std::string_view("HTTP/1.1 200 \0\r\n\r\n", 18))));
  EXPECT_TRUE(ReadHead("X: a\r\n Content-Length: 1\r\nContent-Length: 0\r\n").ended);
  EXPECT_TRUE(ReadHead(" folded onto nothing\r\nContent-Length: 0\r\n").ended);
  EXPECT_TRUE(IsBad(ReadHead("Content-Length: 0\r\n 1\r\n")));
  EXPECT_TRUE(IsBad(ReadHead("Transfer-Encoding:\r\n\tchunked\r\n")));
}

TEST(ResponseParser, LimitsHeadTrailersAndChunkLines) {
  const size_t limit = ResponseParser::kMaxHeadBytes;
  const std::string line = "X: " + std::string(1000, 'x') + "\r\n";
  std::string lines;
  while (lines.size() + 2000 < limit) lines += line;
  EXPECT_TRUE(ReadHead(lines + "Content-Length: 0\r\n").ended);
  EXPECT_TRUE(IsBad(ReadHead(lines + line + line)));
  EXPECT_TRUE(IsBad(ReadHead("X: " + std::string(limit, 'x'))));
  EXPECT_TRUE(ReadHead(lines + "Transfer-Encoding: chunked\r\n", "0\r\n" + lines + "\r\n").ended);
  EXPECT_TRUE(IsBad(ReadChunks("0\r\n" + lines + line + line)));
  EXPECT_TRUE(IsBad(ReadChunks("1;" + std::string(ResponseParser::kMaxChunkLineBytes, 'x'))));
  // 1xx answers count: they cannot go on forever.
  std::string interim;
  while (interim.size() < limit) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_TRUE(IsBad(Read(interim)));
}

TEST(ResponseParser, IsSmall) { EXPECT_LE(sizeof(ResponseParser), 256u); }

}  // namespace
}  // namespace monsoon
