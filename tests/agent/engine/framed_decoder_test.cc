// Framing: what kind of answer came, how it ended, and which class of failure that is.
#include "agent/core/engine/framed_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/agent/engine/decode.h"
#include "tests/agent/engine/sample_streams.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Lines = std::vector<std::string>;

std::string Chunk(const std::string& choice) { return "{\"choices\":[" + choice + "]}"; }
std::string Event(const std::string& payload) { return "data: " + payload + "\n\n"; }

const std::string kHi = Chunk(R"({"index":0,"delta":{"content":"Hi"}})");
const std::string kStop = Chunk(R"({"index":0,"delta":{},"finish_reason":"stop"})");

TEST(FramedDecoder, VllmSampleStream) {
  EXPECT_EQ(
      DecodeEveryWay({std::string(kVllmStream)}),
      (Lines{"event", "event", "reasoning Let me", "event", "content Hi", "event", "content !",
             "finish stop", "event", "usage 11 5 -1 -1", "event", "end terminator"}));
}

TEST(FramedDecoder, LmdeploySampleStream) {
  EXPECT_EQ(
      DecodeEveryWay({std::string(kLmdeployStream)}),
      (Lines{"event", "content Hi", "event", "content \xF0\x9F\x98\x80", "tokens 2", "event",
             "content !", "finish stop", "event", "usage 11 4 -1 -1", "event", "end terminator"}));
}

TEST(FramedDecoder, OpenAiSampleStream) {
  EXPECT_EQ(DecodeEveryWay({std::string(kOpenAiStream)}),
            (Lines{"event", "event", "content Hi", "event", "finish length", "event",
                   "usage 11 5 8 3", "event", "end terminator"}));
}

// Reference vectors whose meaning lies above SSE: V2, V11, V12, V13, V14, V16, V22.
TEST(FramedDecoder, ReferenceVectorsAboveSse) {
  EXPECT_EQ(DecodeEveryWay({"data:{\"a\":1}\n\ndata: [DONE]\n\n"}),
            (Lines{"event", "event", "end terminator"}));
  EXPECT_EQ(DecodeEveryWay({"data: " + kHi + " \n\ndata:  [DONE] \r\n\r\n"}),
            (Lines{"event", "content Hi", "event", "end terminator"}));
  EXPECT_EQ(DecodeEveryWay({Event(kHi) + "data: [DONE]"}),
            (Lines{"event", "content Hi", "event", "end terminator", "flag no_final_blank_line"}));
  EXPECT_EQ(DecodeEveryWay({Event(kHi) + "data: {\"b\":"}),
            (Lines{"event", "content Hi", "error truncated: the stream ended inside an event"}));
  EXPECT_EQ(DecodeEveryWay({"data\n\n" + Event("[DONE]")}), (Lines{"event", "end terminator"}));
  EXPECT_EQ(DecodeEveryWay({"error: {\"code\":500,\"message\":\"x\"}\n\n"}),
            (Lines{"event", "error error_in_stream: x (code 500)"}));
  EXPECT_EQ(DecodeEveryWay({Event(kHi) + Event("[DONE]") + Event("{\"late\":1}")}),
            (Lines{"event", "content Hi", "event", "end terminator", "flag late_events"}));
}

// V24 through the whole decoder, in a few cuts.
TEST(FramedDecoder, HugeEventIsReadOnce) {
  const std::string text(32 << 20, 'x');
  const Answer answer{Event(Chunk(R"({"delta":{"content":")" + text + R"("}})")) + Event("[DONE]")};
  const auto decoder = NewDecoder("vllm", 64 << 20);
  for (const std::vector<size_t>& cuts :
       {std::vector<size_t>{}, {3}, {1 << 20, 2 << 20}, {answer.body.size() - 17}}) {
    RecordingSink sink;
    FeedCut(*decoder, answer, cuts, sink);
    ASSERT_THAT(sink.lines, SizeIs(4));
    EXPECT_EQ(sink.lines[1].size(), text.size() + 8);
    EXPECT_EQ(sink.lines[3], "end terminator");
  }
}

TEST(FramedDecoder, EventBeyondTheLimitIsLineTooLong) {
  const Lines lines =
      DecodeEveryWay({Event(kHi) + Event(std::string(200, 'x')) + Event("[DONE]")}, 100);
  EXPECT_THAT(lines.at(1), "content Hi");
  EXPECT_THAT(lines.at(2), "error line_too_long: one event of the stream has over 100 bytes");
  EXPECT_THAT(lines, ::testing::Not(::testing::Contains("end terminator")));
}

TEST(FramedDecoder, DocumentBeyondTheLimitIsLineTooLong) {
  const auto decoder = NewDecoder("vllm", 100);
  RecordingSink sink;
  FeedCut(*decoder, {"{\"choices\":[]" + std::string(100, ' ') + "}", 200, "application/json"}, {},
          sink);
  EXPECT_THAT(sink.lines, ElementsAre("error line_too_long: the answer has over 100 bytes"));
}

// The table of framed_decoder.h.
TEST(FramedDecoder, EndOfStream) {
  EXPECT_EQ(
      DecodeEveryWay({Event(kHi) + Event(kStop)}),
      (Lines{"event", "content Hi", "event", "finish stop", "flag no_done", "end clean_eof"}));
  EXPECT_EQ(DecodeEveryWay({Event(kHi)}),
            (Lines{"event", "content Hi",
                   "error truncated: the stream ended without its terminator and without a finish "
                   "reason"}));
  const std::string cut_off = "error truncated: the connection ended in the middle of the stream";
  EXPECT_EQ(DecodeEveryWay({Event(kHi) + Event(kStop), 200, std::string(kEventStream), false}),
            (Lines{"event", "content Hi", "event", "finish stop", cut_off}));
  EXPECT_EQ(DecodeEveryWay({Event(kHi) + Event("[DONE]"), 200, std::string(kEventStream), false}),
            (Lines{"event", "content Hi", "event", "end terminator"}));
  EXPECT_EQ(DecodeEveryWay({""}), (Lines{"end clean_eof"}));
  EXPECT_EQ(DecodeEveryWay({": ping\n\n"}), (Lines{"end clean_eof"}));
  EXPECT_EQ(DecodeEveryWay({"", 200, std::string(kEventStream), false}), (Lines{cut_off}));
}

TEST(FramedDecoder, EveryChoiceMustFinishWhenTheTerminatorIsMissing) {
  const std::string both =
      Event(Chunk(R"({"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}})"));
  const std::string stop_0 = Event(Chunk(R"({"finish_reason":"stop","index":0})"));
  const std::string stop_1 = Event(Chunk(R"({"index":1,"finish_reason":"length"})"));
  EXPECT_THAT(DecodeEveryWay({both + stop_0}).back(), HasSubstr("error truncated"));
  EXPECT_EQ(DecodeEveryWay({both + stop_0 + stop_1}).back(), "end clean_eof");
}

TEST(FramedDecoder, DoneAfterAnErrorIsNoSuccess) {
  const Answer answer{
      Event(
          R"({"error":{"message":"EngineCore died","type":"InternalServerError","param":null,"code":500}})") +
      Event("[DONE]")};
  EXPECT_EQ(
      DecodeEveryWay(answer),
      (Lines{"event", "error error_in_stream: EngineCore died (InternalServerError, code 500)",
             "event", "end terminator"}));
  const RequestRecord record = RecordOf(answer);
  EXPECT_EQ(record.status, RequestStatus::kFailed);
  EXPECT_EQ(record.error_class, ErrorClass::kErrorInStream);
}

TEST(FramedDecoder, NamedErrorEvents) {
  EXPECT_EQ(DecodeEveryWay({"event: error\ndata: {\"error\":{\"message\":\"full\"}}\n\n"}),
            (Lines{"event", "error error_in_stream: full"}));
  EXPECT_EQ(DecodeEveryWay({"event: error\ndata: no \"json\"\n\n"}),
            (Lines{"event", "error error_in_stream: no \"json\""}));
}

TEST(FramedDecoder, BadJsonFailsOnceAndReadingGoesOn) {
  const std::string bad = "error bad_payload: an event of the stream is not readable JSON: ";
  EXPECT_EQ(
      DecodeEveryWay({Event("{oops") + Event("more") + Event(kHi) + Event("[DONE]")}),
      (Lines{"event", bad + "{oops", "event", "event", "content Hi", "event", "end terminator"}));
  EXPECT_EQ(DecodeEveryWay({Event("{\"a\":1}{\"b\":2}")}),
            (Lines{"event", bad + "{\"a\":1}{\"b\":2}"}));
  EXPECT_EQ(DecodeEveryWay({Event("12")}), (Lines{"event", bad + "12"}));
  EXPECT_EQ(RecordOf({Event(kHi) + Event("{oops") + Event("[DONE]")}).error_class,
            ErrorClass::kBadPayload);
}

TEST(FramedDecoder, BytesThatAreNotUtf8AreReplacedAndFlagged) {
  EXPECT_EQ(
      DecodeEveryWay({Event(Chunk("{\"delta\":{\"content\":\"a\xF0\x9F\"}}")) + Event("[DONE]")}),
      (Lines{"event", "content a\xEF\xBF\xBD\xEF\xBF\xBD", "flag invalid_utf8", "event",
             "end terminator"}));
}

TEST(FramedDecoder, OneDocument) {
  const std::string document =
      R"({"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hi there","reasoning_content":"hm","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":7,"total_tokens":10},"error":null})";
  const Lines expected = {
      "flag not_streamed", "event",       "content Hi there", "reasoning hm",    "tool f",
      "tool {}",           "finish stop", "tokens 7",         "usage 3 7 -1 -1", "end terminator"};
  EXPECT_EQ(DecodeEveryWay({document, 200, "application/json"}), expected);
  EXPECT_EQ(DecodeEveryWay({" \n" + document + "\n", 200, "Application/JSON; charset=utf-8"}),
            expected);
  EXPECT_EQ(DecodeEveryWay({document, 200, ""}), expected);
  EXPECT_EQ(DecodeEveryWay({document, 200, std::string(kEventStream)}), expected);
  EXPECT_THAT(DecodeEveryWay({document, 200, "application/json", false}).back(),
              HasSubstr("error truncated"));
  EXPECT_THAT(DecodeEveryWay({document.substr(0, 100), 200, "application/json"}).back(),
              HasSubstr("error bad_payload: the answer is not the JSON of this route: {\"id\""));
  EXPECT_THAT(DecodeEveryWay({R"({"text_output":"x"})", 200, "application/json"}).back(),
              HasSubstr("error bad_payload"));
}

TEST(FramedDecoder, ErrorWhereADocumentWasExpected) {
  EXPECT_EQ(DecodeEveryWay({R"({"error":"in the queue"})", 200, "application/json"}),
            (Lines{"flag not_streamed", "event", "error error_in_200_body: in the queue"}));
}

TEST(FramedDecoder, SseUnderAWrongContentType) {
  for (const char* type : {"", "text/plain", "application/json", "application/octet-stream"}) {
    EXPECT_EQ(DecodeEveryWay({"\xEF\xBB\xBF\n: hi\n\n" + Event(kHi) + Event("[DONE]"), 200, type}),
              (Lines{"event", "content Hi", "event", "end terminator"}))
        << type;
  }
}

TEST(FramedDecoder, WhatIsNoAnswerIsBadPayload) {
  EXPECT_EQ(DecodeEveryWay({"<html><head><TITLE>Log\nin</title></head>", 200, "text/html"}),
            (Lines{"error bad_payload: instead of an answer came an HTML page: Log in"}));
  EXPECT_EQ(
      DecodeEveryWay({"Service busy", 200, "text/plain"}),
      (Lines{"error bad_payload: the answer is neither an event stream nor JSON (content type "
             "\"text/plain\"): Service busy"}));
  EXPECT_THAT(DecodeEveryWay({"\x1F\x8B\x08", 200, std::string(kEventStream)}).back(),
              HasSubstr("error bad_payload"));
}

// Found by the fuzzer: half a byte order mark, then garbage, in two reads.
TEST(FramedDecoder, PaddingBeforeGarbageIsNotQuoted) {
  EXPECT_THAT(DecodeEveryWay({std::string("\xEF\n\x01xyz"), 200, ""}).back(),
              ::testing::EndsWith("): xyz"));
}

TEST(FramedDecoder, StatusOtherThan200) {
  const auto message = [](int status, const std::string& body, const std::string& type) {
    const Lines lines = DecodeEveryWay({body, status, type});
    EXPECT_THAT(lines, SizeIs(1));
    return lines.at(0);
  };
  EXPECT_EQ(message(401, R"({"error":"Unauthorized"})", "application/json"),
            "error error_http: HTTP 401: Unauthorized");
  EXPECT_EQ(message(500, "data: {\"error\":\"no such model\"}\n\n", "text/event-stream"),
            "error error_http: HTTP 500: no such model");
  EXPECT_EQ(message(502, "<html><title>502 Bad Gateway</title></html>", "text/html"),
            "error error_http: HTTP 502: an HTML page: 502 Bad Gateway");
  EXPECT_EQ(message(500, "Internal Server Error", "text/plain"),
            "error error_http: HTTP 500: Internal Server Error");
  EXPECT_EQ(message(401, "", ""), "error error_http: HTTP 401 with an empty body");
  EXPECT_EQ(message(307, "", ""), "error error_http: HTTP 307 with an empty body");
}

TEST(FramedDecoder, EndlessErrorBodyIsNotKept) {
  const auto decoder = NewDecoder();
  RecordingSink sink;
  decoder->Begin(503, "text/plain", &sink);
  EXPECT_TRUE(decoder->ended());
  const std::string megabyte(1 << 20, 'x');
  for (int i = 0; i < 64; ++i) decoder->Feed(megabyte);
  decoder->Finish(false);
  ASSERT_THAT(sink.lines, SizeIs(1));
  EXPECT_LT(sink.lines[0].size(), 300u);
}

TEST(FramedDecoder, EndedOnceTheOutcomeIsSettled) {
  const auto decoder = NewDecoder();
  RecordingSink sink;
  decoder->Begin(200, kEventStream, &sink);
  decoder->Feed(Event(kHi) + Event(kStop));
  EXPECT_FALSE(decoder->ended());
  decoder->Feed(Event("[DONE]"));
  EXPECT_TRUE(decoder->ended());
  decoder->Begin(200, kEventStream, &sink);
  EXPECT_FALSE(decoder->ended());
  decoder->Feed(Event(R"({"error":"x"})"));
  EXPECT_TRUE(decoder->ended());
}

}  // namespace
}  // namespace monsoon
