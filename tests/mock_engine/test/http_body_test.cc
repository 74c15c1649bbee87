#include "tests/mock_engine/http_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace monsoon::mock_engine {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

HttpBody BodyWith(std::initializer_list<Fault> modifiers, bool sse = true) {
  FaultChoice faults;
  for (const Fault fault : modifiers) faults.Set(fault);
  return HttpBody(FormOf(faults, sse));
}

std::string Send(HttpBody& body, std::string_view payload, bool last = false) {
  body.Clear();
  body.payload().append(payload);
  return std::string(body.Finish(last));
}

TEST(HttpBodyTest, ChunksAreFramedInHexadecimal) {
  HttpBody body = BodyWith({});
  EXPECT_EQ(Send(body, "hello"), "5\r\nhello\r\n");
  EXPECT_EQ(Send(body, std::string(0x1a2, 'x'), true),
            "1a2\r\n" + std::string(0x1a2, 'x') + "\r\n0\r\n\r\n");
}

TEST(HttpBodyTest, NothingIsNoChunk) {
  // An empty chunk would end the body.
  HttpBody body = BodyWith({});
  EXPECT_EQ(Send(body, ""), "");
  EXPECT_EQ(Send(body, "", true), "0\r\n\r\n");
}

TEST(HttpBodyTest, TheHeadSaysHowTheBodyEnds) {
  EXPECT_EQ(BodyWith({}).Head(200, "a/b", true, 9),
            "HTTP/1.1 200 OK\r\nserver: mock_engine\r\ncontent-type: a/b\r\n"
            "transfer-encoding: chunked\r\n\r\n");
  EXPECT_THAT(BodyWith({}).Head(200, "a/b", false, 9), HasSubstr("connection: close\r\n"));
  EXPECT_THAT(BodyWith({Fault::kConnectionClose}).Head(200, "a/b", true, 9),
              HasSubstr("connection: close\r\n"));
  const std::string length = BodyWith({Fault::kContentLength}).Head(200, "a/b", true, 9);
  EXPECT_THAT(length, HasSubstr("content-length: 9\r\n"));
  EXPECT_THAT(length, Not(HasSubstr("chunked")));
  const std::string close = BodyWith({Fault::kCloseDelimited}).Head(200, "a/b", true, 9);
  EXPECT_THAT(close, HasSubstr("connection: close\r\n"));
  EXPECT_THAT(close, Not(HasSubstr("content-length")));
  EXPECT_THAT(BodyWith({Fault::kEarlyHints}).Head(200, "a/b", true, 0),
              StartsWith("HTTP/1.1 103 Early Hints\r\nlink: "));
}

TEST(HttpBodyTest, ExtensionsAndTrailers) {
  HttpBody body = BodyWith({Fault::kChunkExtensions});
  EXPECT_EQ(Send(body, "hello"), "5;mock=\"a b\";x\r\nhello\r\n");
  EXPECT_EQ(Send(body, "", true),
            "0;last=yes\r\nx-mock-trailer: one\r\nserver-timing: total\r\n\r\n");
}

TEST(HttpBodyTest, LinesEndAsTheyAreToldTo) {
  HttpBody crlf = BodyWith({Fault::kCrLf, Fault::kCloseDelimited});
  EXPECT_EQ(Send(crlf, "data: a\n\n"), "data: a\r\n\r\n");
  HttpBody cr = BodyWith({Fault::kCr, Fault::kCloseDelimited});
  EXPECT_EQ(Send(cr, "data: a\n\n"), "data: a\r\r");
}

TEST(HttpBodyTest, FieldsLoseTheirBlankAndOnlyThat) {
  HttpBody body = BodyWith({Fault::kNoSpace, Fault::kCloseDelimited});
  EXPECT_EQ(Send(body, "event: x\ndata: {\"a\": \"data: b\"}\n\n"),
            "event:x\ndata:{\"a\": \"data: b\"}\n\n");
}

TEST(HttpBodyTest, TheMarkComesOnce) {
  HttpBody body = BodyWith({Fault::kBom, Fault::kCloseDelimited});
  EXPECT_EQ(Send(body, "a"),
            "\xEF\xBB\xBF"
            "a");
  EXPECT_EQ(Send(body, "b"), "b");
}

TEST(HttpBodyTest, LinesOfOtherFormatsStayAsTheyAre) {
  HttpBody body =
      BodyWith({Fault::kCrLf, Fault::kBom, Fault::kNoSpace, Fault::kCloseDelimited}, false);
  EXPECT_EQ(Send(body, "{}\n"), "{}\n");
}

TEST(HttpBodyTest, TheLastBlankLineCanBeMissing) {
  HttpBody body = BodyWith({Fault::kCloseDelimited});
  body.Clear();
  body.payload().append("data: a\n\n");
  body.StripLineEnds();
  EXPECT_EQ(body.Finish(true), "data: a");
}

TEST(HttpBodyTest, GzipIsStoredBlocksWithAChecksum) {
  HttpBody body = BodyWith({Fault::kGzip, Fault::kCloseDelimited});
  std::string all = Send(body, "hel");
  all += Send(body, "lo", true);
  using std::string_literals::operator""s;
  // The CRC-32 of "hello" is 0x3610a686.
  EXPECT_EQ(all,
            "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"s
            "\x00\x03\x00\xfc\xffhel"s
            "\x00\x02\x00\xfd\xfflo"s
            "\x01\x00\x00\xff\xff"s
            "\x86\xa6\x10\x36\x05\x00\x00\x00"s);
  EXPECT_THAT(BodyWith({Fault::kGzip}).Head(200, "a/b", true, 0),
              HasSubstr("content-encoding: gzip\r\n"));
}

}  // namespace
}  // namespace monsoon::mock_engine
