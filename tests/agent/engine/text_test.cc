// The small text parts that engines share: UTF-8, framing, finish reasons.
#include <gtest/gtest.h>

#include <string>

#include "agent/core/engine/framing.h"
#include "agent/core/engine/response_sink.h"
#include "agent/core/engine/utf8.h"

namespace monsoon {
namespace {

std::string Repaired(std::string_view text) {
  std::string out;
  AppendRepairedUtf8(text, out);
  return out;
}

TEST(Utf8, ValidTextStaysAsItIs) {
  for (const char* text : {"", "a", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                           "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(Repaired(text), text);
  }
}

TEST(Utf8, EveryInvalidByteIsReplaced) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(Repaired("a\x80z"), "a" + r + "z");
  EXPECT_EQ(Repaired("\xC0\xAF"), r + r);                  // overlong
  EXPECT_EQ(Repaired("\xE0\x9F\xBF"), r + r + r);          // overlong
  EXPECT_EQ(Repaired("\xED\xA0\x80"), r + r + r);          // surrogate
  EXPECT_EQ(Repaired("\xF4\x90\x80\x80"), r + r + r + r);  // beyond U+10FFFF
  EXPECT_EQ(Repaired("\xE4\xBD"), r + r);                  // cut off
  EXPECT_EQ(Repaired("\xE4\xBDz"), r + r + "z");
}

TEST(Utf8, PrefixEndsBetweenCharacters) {
  EXPECT_EQ(Utf8Prefix("abc", 3), "abc");
  EXPECT_EQ(Utf8Prefix("abc", 2), "ab");
  EXPECT_EQ(Utf8Prefix("a\xF0\x9F\x98\x80", 4), "a");
  EXPECT_EQ(Utf8Prefix("a\xF0\x9F\x98\x80", 5), "a\xF0\x9F\x98\x80");
  EXPECT_EQ(Utf8Prefix("\x80\x80\x80\x80\x80\x80", 5), "\x80\x80\x80\x80\x80");
}

TEST(Utf8, ExcerptIsOneShortLine) {
  EXPECT_EQ(Excerpt(" a\r\n\tb\x01 "), "a b");
  EXPECT_EQ(Excerpt("abcdef", 3), "abc...");
  EXPECT_EQ(Excerpt(std::string(10'000, 'x'), 3), "xxx...");
}

TEST(Framing, FirstByteAndMediaType) {
  EXPECT_EQ(DetectBodyForm("text/event-stream; charset=utf-8", 'd'), BodyForm::kSse);
  EXPECT_EQ(DetectBodyForm("TEXT/Event-Stream", 'x'), BodyForm::kSse);
  EXPECT_EQ(DetectBodyForm("text/event-stream", '{'), BodyForm::kDocument);
  EXPECT_EQ(DetectBodyForm("text/event-stream", '\x1F'), BodyForm::kUnknown);
  EXPECT_EQ(DetectBodyForm("application/json", '{'), BodyForm::kDocument);
  EXPECT_EQ(DetectBodyForm("application/json", ':'), BodyForm::kSse);
  EXPECT_EQ(DetectBodyForm("application/x-ndjson", '{'), BodyForm::kNdjson);
  EXPECT_EQ(DetectBodyForm("text/html", 'E'), BodyForm::kHtml);
  EXPECT_EQ(DetectBodyForm("text/plain", '<'), BodyForm::kHtml);
  EXPECT_EQ(DetectBodyForm("", 'e'), BodyForm::kSse);
  EXPECT_EQ(DetectBodyForm("", 'I'), BodyForm::kUnknown);
}

TEST(Framing, DoneMarker) {
  EXPECT_TRUE(IsDoneMarker("[DONE]"));
  EXPECT_TRUE(IsDoneMarker("[DONE] bye"));
  EXPECT_FALSE(IsDoneMarker("[DONE"));
  EXPECT_FALSE(IsDoneMarker("{}"));
}

TEST(FinishReason, WordsOfTheEngines) {
  EXPECT_EQ(NormaliseFinishReason("stop"), FinishReason::kStop);
  EXPECT_EQ(NormaliseFinishReason("eos_token"), FinishReason::kStop);
  EXPECT_EQ(NormaliseFinishReason("end_turn"), FinishReason::kStop);
  EXPECT_EQ(NormaliseFinishReason("max_tokens"), FinishReason::kLength);
  EXPECT_EQ(NormaliseFinishReason("LENGTH"), FinishReason::kLength);
  EXPECT_EQ(NormaliseFinishReason("tool_use"), FinishReason::kToolCalls);
  EXPECT_EQ(NormaliseFinishReason("content_filter"), FinishReason::kFilter);
  EXPECT_EQ(NormaliseFinishReason("cancelled"), FinishReason::kAbort);
  EXPECT_EQ(NormaliseFinishReason("parse_error"), FinishReason::kError);
  EXPECT_EQ(NormaliseFinishReason("repetition"), FinishReason::kOther);
  EXPECT_EQ(NormaliseFinishReason(""), FinishReason::kNone);
  EXPECT_EQ(NormaliseFinishReason("null"), FinishReason::kNone);
  EXPECT_EQ(NormaliseFinishReason("none"), FinishReason::kNone);
}

TEST(FinishReason, NamesAreTheRecordsOwn) {
  EXPECT_EQ(FinishReasonName(FinishReason::kNone), "");
  EXPECT_EQ(FinishReasonName(FinishReason::kToolCalls), "tool_calls");
  EXPECT_EQ(FinishReasonName(FinishReason::kOther), "other");
}

}  // namespace
}  // namespace monsoon
