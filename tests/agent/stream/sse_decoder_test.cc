#include "agent/core/stream/sse_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/agent/stream/recording_handler.h"
#include "tests/agent/stream/sse_vectors.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr size_t kMiB = 1 << 20;

Outcome Decode(const std::vector<std::string_view>& reads, size_t max_event_bytes = kMiB) {
  SseDecoder decoder(max_event_bytes);
  RecordingHandler handler;
  for (const std::string_view bytes : reads) {
    // A copy of exact size: AddressSanitizer sees views that outlive the read.
    const std::vector<char> read(bytes.begin(), bytes.end());
    decoder.Feed({read.data(), read.size()}, handler);
  }
  const SseEnd end = decoder.Finish(handler);
  return {handler.events, handler.comments, end, decoder.too_long()};
}

std::vector<std::string_view> ByteByByte(std::string_view input) {
  std::vector<std::string_view> reads;
  for (size_t i = 0; i < input.size(); ++i) reads.push_back(input.substr(i, 1));
  return reads;
}

// Whole, cut at every byte, and byte by byte.
Outcome DecodeEveryWay(std::string_view input, size_t max_event_bytes = kMiB) {
  Outcome whole = Decode({input}, max_event_bytes);
  for (size_t cut = 0; cut <= input.size(); ++cut) {
    EXPECT_EQ(Decode({input.substr(0, cut), input.substr(cut)}, max_event_bytes), whole)
        << "cut at " << cut;
  }
  EXPECT_EQ(Decode(ByteByByte(input), max_event_bytes), whole) << "byte by byte";
  return whole;
}

TEST(SseDecoder, ReferenceVectorsHoldForEveryCut) {
  for (const Vector& vector : Vectors()) {
    SCOPED_TRACE(vector.id);
    EXPECT_EQ(DecodeEveryWay(vector.input), vector.expected);
  }
}

// Every pair of cuts, where state has two chances to get lost.
TEST(SseDecoder, ReferenceVectorsHoldForEveryTwoCuts) {
  for (const Vector& vector : Vectors()) {
    SCOPED_TRACE(vector.id);
    const std::string_view in = vector.input;
    for (size_t a = 0; a <= in.size(); ++a) {
      for (size_t b = a; b <= in.size(); ++b) {
        ASSERT_EQ(Decode({in.substr(0, a), in.substr(a, b - a), in.substr(b)}), vector.expected)
            << a << " " << b;
      }
    }
  }
}

// V23: the comment is a megabyte, what is kept of it is not.
TEST(SseDecoder, HugeCommentTakesBoundedMemory) {
  const std::string input = ":" + std::string(kMiB, 'x') + "\n\ndata: a\n\n";
  const Outcome expected = Clean({Data("a")}, {std::string(SseDecoder::kMaxCommentBytes, 'x')});
  constexpr size_t kSmallLimit = 64;  // a comment is not held to the event's limit
  EXPECT_EQ(Decode({input}, kSmallLimit), expected);
  EXPECT_EQ(Decode(ByteByByte(input), kSmallLimit), expected);
  for (size_t cut = 1; cut < input.size(); cut += 4093) {
    ASSERT_EQ(Decode({std::string_view(input).substr(0, cut), std::string_view(input).substr(cut)},
                     kSmallLimit),
              expected);
  }
}

std::string HugeEvent(size_t bytes) {
  return "data: {\"t\":\"" + std::string(bytes, 'x') + "\"}\n\n";
}

double SecondsToFeed(const std::string& input, size_t read_bytes) {
  const auto begin = std::chrono::steady_clock::now();
  SseDecoder decoder(64 * kMiB);
  RecordingHandler handler;
  for (size_t at = 0; at < input.size(); at += read_bytes) {
    decoder.Feed(std::string_view(input).substr(at, read_bytes), handler);
  }
  EXPECT_EQ(decoder.Finish(handler), SseEnd::kClean);
  EXPECT_EQ(handler.events.size(), 1u);
  EXPECT_EQ(handler.events.front().data, input.substr(6, input.size() - 8));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// V24: in 512-byte reads a decoder that rescans its buffer would look at 2^40 bytes.
TEST(SseDecoder, HugeEventTakesLinearTime) {
  const std::string input = HugeEvent(32 * kMiB);
  EXPECT_LT(SecondsToFeed(input, input.size()), 5);
  EXPECT_LT(SecondsToFeed(input, 512), 20);
  EXPECT_LT(SecondsToFeed(input, 65537), 5);
}

// A body with one kind of line end must not be searched to its end for the other at every line.
TEST(SseDecoder, ManyLinesInOneReadTakeLinearTime) {
  for (const char* line_end : {"\n", "\r"}) {
    std::string input;
    for (int i = 0; i < 1'000'000; ++i) input += std::string("data: a") + line_end + line_end;
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(Decode({input}).events.size(), 1'000'000u);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  }
}

TEST(SseDecoder, HandsOutViewsOfTheInputForWholeEvents) {
  struct Handler : SseHandler {
    void OnSseEvent(const SseEvent& event) override { data = event.data.data(); }
    bool IsWholePayload(std::string_view) override { return true; }
    const char* data = nullptr;
  } handler;
  constexpr std::string_view kInput = "data: {}\n\n";
  SseDecoder decoder(kMiB);
  decoder.Feed(kInput, handler);
  EXPECT_EQ(handler.data, kInput.data() + 6);
}

TEST(SseDecoder, DispatchesAtTheCarriageReturnWithoutWaitingForLf) {
  SseDecoder decoder(kMiB);
  RecordingHandler handler;
  decoder.Feed("data: a\r\n\r", handler);
  EXPECT_THAT(handler.events, ElementsAre(Data("a")));
  decoder.Feed("\ndata: b\n\n", handler);
  EXPECT_THAT(handler.events, ElementsAre(Data("a"), Data("b")));
}

TEST(SseDecoder, SkipsOneBomAtTheStartOnly) {
  EXPECT_EQ(DecodeEveryWay("data: a\n\n\xEF\xBB\xBF"
                           "data: b\n\n"),
            Clean({Data("a")}));
  EXPECT_EQ(DecodeEveryWay("\xEF\xBB\xBF\xEF\xBB\xBF"
                           "data: b\n\n"),
            Clean({}));
  EXPECT_EQ(DecodeEveryWay("\xEF\xBB"
                           "data: b\n\ndata: c\n\n"),
            Clean({Data("c")}));
  EXPECT_EQ(DecodeEveryWay("\xEF\xBB").end, SseEnd::kTruncated);
}

TEST(SseDecoder, OtherUnicodeLineBreaksAndNulAreContent) {
  using namespace std::string_view_literals;
  constexpr std::string_view kInput = "data: a\0b\x0B\x0C\xC2\x85\xE2\x80\xA9\n\n"sv;
  EXPECT_EQ(DecodeEveryWay(kInput), Clean({Data(std::string(kInput.substr(6, 10)))}));
}

TEST(SseDecoder, EventLimitCountsTheWholeEvent) {
  EXPECT_EQ(DecodeEveryWay("data: 45678\n\ndata: b\n\n", 11), Clean({Data("45678"), Data("b")}));
  const Outcome line = DecodeEveryWay("data: b\n\ndata: 456789\n\ndata: c\n\n", 11);
  EXPECT_TRUE(line.too_long);
  EXPECT_THAT(line.events, ElementsAre(Data("b")));
  const Outcome lines = DecodeEveryWay("data: b\ndata: 4\n\n", 13);
  EXPECT_TRUE(lines.too_long);
  EXPECT_THAT(lines.events, IsEmpty());
  EXPECT_TRUE(DecodeEveryWay("foo: never ends", 11).too_long);
}

TEST(SseDecoder, EndsInsideWhat) {
  EXPECT_EQ(DecodeEveryWay("").end, SseEnd::kClean);
  EXPECT_EQ(DecodeEveryWay("data: {}\n\n: keep-al").end, SseEnd::kClean);
  EXPECT_EQ(DecodeEveryWay("data: {}\n\nda").end, SseEnd::kTruncated);
  EXPECT_EQ(DecodeEveryWay("event: message_st").end, SseEnd::kTruncated);
  EXPECT_EQ(DecodeEveryWay("data: {}\n").end, SseEnd::kNoFinalBlankLine);
  EXPECT_EQ(DecodeEveryWay("data: {}\nid: 1").end, SseEnd::kNoFinalBlankLine);
  EXPECT_EQ(DecodeEveryWay("error: {}").end, SseEnd::kNoFinalBlankLine);
}

TEST(SseDecoder, ResetForgetsEverything) {
  SseDecoder decoder(24);
  RecordingHandler handler;
  for (const std::string_view stopped_in :
       {"data: a", "data: a\n", "event: x\n", ":HTTP_STATUS/500\n", "data: a\r", "\xEF\xBB",
        "error: x\n", "data: this line is far too long\n"}) {
    decoder.Feed(stopped_in, handler);
    decoder.Reset();
    handler.events.clear();
    decoder.Feed(
        "\xEF\xBB\xBF"
        "data: b\n\n",
        handler);
    EXPECT_THAT(handler.events, ElementsAre(Data("b"))) << stopped_in;
    EXPECT_FALSE(decoder.too_long());
    decoder.Reset();
  }
}

// Random streams of the grammar's own letters, cut at random.
TEST(SseDecoder, RandomCutsChangeNothing) {
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    std::mt19937 random(seed);
    constexpr std::string_view kPieces[] = {"data",
                                            ":",
                                            " ",
                                            "\n",
                                            "\r",
                                            "\r\n",
                                            "{}",
                                            "event",
                                            "id",
                                            "x",
                                            "error: ",
                                            "\xEF\xBB\xBF",
                                            ":HTTP_STATUS/404"};
    std::string input;
    for (uint32_t i = random() % 40; i > 0; --i) input += kPieces[random() % std::size(kPieces)];
    std::vector<std::string_view> reads;
    for (size_t at = 0; at < input.size();) {
      reads.push_back(std::string_view(input).substr(at, random() % 5));
      at += reads.back().size();
    }
    ASSERT_EQ(Decode(reads, 30), Decode({input}, 30)) << "seed " << seed << ": " << input;
  }
}

}  // namespace
}  // namespace monsoon
