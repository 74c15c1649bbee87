// The chat completions dialect: what one chunk means (cases 3, 4, 22-26, 33 and 40 of the
// wire-protocol reference, section 2.5).
#include "agent/core/engine/dialect/chat_payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/agent/engine/recording_sink.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Lines = std::vector<std::string>;

// What a stream of these payloads reports.
Lines Read(const std::vector<std::string>& payloads,
           PayloadResult expected = PayloadResult::kRead) {
  JsonEvent event;
  ChatPayload reader(&event);
  RecordingSink sink;
  reader.Begin(&sink);
  for (const std::string& payload : payloads) {
    EXPECT_EQ(reader.Read("", payload, PayloadForm::kEvent), expected) << payload;
  }
  return sink.lines;
}

Lines ReadDelta(const std::string& delta) {
  return Read({"{\"choices\":[{\"index\":0,\"delta\":" + delta + "}]}"});
}

Lines ReadChoice(const std::string& members) { return Read({"{\"choices\":[{" + members + "}]}"}); }

TEST(ChatPayload, WhatIsNoToken) {
  for (const char* payload :
       {"{}", "[]", "null", R"({"choices":null})", R"({"choices":[]})", R"({"choices":{}})",
        R"({"choices":[null]})", R"({"choices":[{}]})", R"({"choices":[{"delta":null}]})",
        R"({"choices":[{"index":0,"content_filter_results":{}}]})",
        R"({"choices":[{"delta":{"role":"assistant"}}]})",
        R"({"choices":[{"delta":{"role":"assistant","content":""}}]})",
        R"({"choices":[{"delta":{"content":null,"reasoning":null,"tool_calls":null}}]})",
        R"({"choices":[{"delta":{"content":"","reasoning_content":""}}]})",
        R"({"choices":[{"delta":{"content":7,"refusal":{},"tool_calls":[null,{}]}}]})",
        R"({"choices":[],"usage":null})", R"({"choices":[],"usage":{}})",
        R"({"choices":[],"prompt_filter_results":[{}],"error":null})"}) {
    EXPECT_THAT(Read({payload}), IsEmpty()) << payload;
  }
}

TEST(ChatPayload, Channels) {
  EXPECT_THAT(ReadDelta(R"({"content":"a"})"), ElementsAre("content a"));
  EXPECT_THAT(ReadDelta(R"({"content":[{"type":"text","text":"a"},{"type":"x"}]})"),
              ElementsAre("content a"));
  EXPECT_THAT(ReadDelta(R"({"refusal":"no"})"), ElementsAre("refusal no"));
  EXPECT_THAT(ReadDelta(R"({"tool_calls":[{"index":0,"id":"call_1","type":"function",)"
                        R"("function":{"name":"f","arguments":""}}]})"),
              ElementsAre("tool f"));
  EXPECT_THAT(ReadDelta(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]})"),
              ElementsAre("tool {\"a\""));
  EXPECT_THAT(ReadDelta(R"({"function_call":{"name":"f"}})"), ElementsAre("tool f"));
  EXPECT_THAT(ReadChoice(R"("text":"legacy")"), ElementsAre("content legacy"));
}

TEST(ChatPayload, ReasoningUnderEitherNameCountsOnce) {
  EXPECT_THAT(ReadDelta(R"({"reasoning_content":"a"})"), ElementsAre("reasoning a"));
  EXPECT_THAT(ReadDelta(R"({"reasoning":"a"})"), ElementsAre("reasoning a"));
  EXPECT_THAT(ReadDelta(R"({"reasoning":"a","reasoning_content":"a"})"),
              ElementsAre("reasoning a"));
  EXPECT_THAT(ReadDelta(R"({"reasoning_content":"","reasoning":"a"})"), ElementsAre("reasoning a"));
}

TEST(ChatPayload, FinishReasons) {
  EXPECT_THAT(ReadChoice(R"("finish_reason":"stop")"), ElementsAre("finish stop"));
  EXPECT_THAT(ReadChoice(R"("finish_reason":{"type":"length"})"), ElementsAre("finish length"));
  EXPECT_THAT(ReadChoice(R"("finish_reason":"parse_error")"), ElementsAre("finish error"));
  EXPECT_THAT(ReadChoice(R"("finish_reason":"repetition")"), ElementsAre("finish other"));
  for (const char* none : {"null", "\"\"", "\"null\"", "{}", "{\"type\":null}", "0"}) {
    EXPECT_THAT(ReadChoice(std::string("\"finish_reason\":") + none), IsEmpty()) << none;
  }
}

TEST(ChatPayload, UsageOfAnyNumberType) {
  EXPECT_THAT(Read({R"({"usage":{"prompt_tokens":"12","completion_tokens":34.0},"choices":[]})"}),
              ElementsAre("usage 12 34 -1 -1"));
  EXPECT_THAT(Read({R"({"usage":{"prompt_tokens":1e1,"completion_tokens":NaN}})"}),
              ElementsAre("usage 10 -1 -1 -1"));
  EXPECT_THAT(
      Read({R"({"usage":{"prompt_tokens":1,"completion_tokens":99999999999999999999999}})"}),
      ElementsAre("usage 1 -1 -1 -1"));
  EXPECT_THAT(Read({R"({"usage":{"prompt_tokens":-1,"completion_tokens":2.5}})"}), IsEmpty());
  EXPECT_THAT(Read({R"({"usage":{"completion_tokens_details":{"reasoning_tokens":3},)"
                    R"("prompt_tokens_details":null,"completion_tokens":4}})"}),
              ElementsAre("usage -1 4 -1 3"));
}

TEST(ChatPayload, ContinuousUsageCountsEachEvent) {
  const auto chunk = [](const std::string& content, int completion) {
    return R"({"choices":[{"index":0,"delta":{"content":")" + content +
           R"("}}],"usage":{"prompt_tokens":11,"completion_tokens":)" + std::to_string(completion) +
           "}}";
  };
  EXPECT_EQ(Read({chunk("", 0), chunk("a", 1), chunk("", 3), chunk("bcd", 6),
                  R"({"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7}})"}),
            (Lines{"tokens 0", "usage 11 0 -1 -1", "content a", "tokens 1", "usage 11 1 -1 -1",
                   "tokens 2", "usage 11 3 -1 -1", "content bcd", "tokens 3", "usage 11 6 -1 -1",
                   "usage 11 7 -1 -1"}));
}

// Old llama.cpp and TGI: the total comes in the chunk with the finish reason.
TEST(ChatPayload, FinalUsageIsNotTheCountOfItsEvent) {
  EXPECT_EQ(
      Read(
          {R"({"choices":[{"delta":{"content":"a"}}]})",
           R"({"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"completion_tokens":64}})"}),
      (Lines{"content a", "finish stop", "usage -1 64 -1 -1"}));
}

TEST(ChatPayload, TokenListsCountTheEvent) {
  EXPECT_THAT(ReadChoice(R"("token_ids":[1,2,3],"delta":{"content":"a"})"),
              ElementsAre("content a", "tokens 3"));
  EXPECT_THAT(ReadChoice(R"("output_ids":[1],"delta":{"content":""})"), ElementsAre("tokens 1"));
  EXPECT_THAT(ReadChoice(R"("token_ids":null,"delta":{"content":"a"})"), ElementsAre("content a"));
}

TEST(ChatPayload, SeveralChoices) {
  EXPECT_EQ(Read({R"({"choices":[{"index":1,"delta":{"content":"b"},"token_ids":[1]},)"
                  R"({"index":0,"delta":{"content":"a"},"token_ids":[2,3]}]})"}),
            (Lines{"content b", "content a", "tokens 3"}));
}

TEST(ChatPayload, ArrayOfChunks) {
  EXPECT_EQ(Read({R"([{"choices":[{"delta":{"content":"a"}}]},{"choices":[{"text":"b"}]}])"}),
            (Lines{"content a", "content b"}));
  Read({"[1]", "[{},2]"}, PayloadResult::kNotJson);
}

TEST(ChatPayload, Escapes) {
  EXPECT_THAT(ReadDelta(R"({"content":"\ud83d\ude00\u00e9\u4f60\n\t\"\\\/\b\f\r"})"),
              ElementsAre("content \xF0\x9F\x98\x80\xC3\xA9\xE4\xBD\xA0\n\t\"\\/\b\f\r"));
}

TEST(ChatPayload, LoneSurrogatesAreReplacedAndFlagged) {
  for (const char* text : {R"(\ud83d)", R"(\ude00)", R"(\ud83dx)", R"(\ud83d\n)", R"(\ud83d\u0041)",
                           R"(\ud83d\ud83d\ude00)"}) {
    const Lines lines = ReadDelta("{\"content\":\"" + std::string(text) + "\"}");
    ASSERT_EQ(lines.size(), 2u) << text;
    EXPECT_EQ(lines[0].substr(0, 11), "content \xEF\xBF\xBD") << text;
    EXPECT_EQ(lines[1], "flag invalid_utf8") << text;
  }
}

TEST(ChatPayload, TolerantWhereNothingIsUsed) {
  EXPECT_EQ(Read({R"({"x":[NaN,{"y":Infinity}],"choices":[{"logprobs":{"a":-Infinity},)"
                  R"("delta":{"content":"a","z":NaN},"delta2":1}],"obfuscation":"pad"})"}),
            (Lines{"content a"}));
  EXPECT_EQ(
      Read({R"({"choices":[{"delta":{"content":"a"}}],"choices":[{"delta":{"content":"b"}}]})"}),
      (Lines{"content a", "content b"}));
}

TEST(ChatPayload, BrokenJson) {
  for (const char* payload :
       {"", "{", "}", "{\"choices\":[}", R"({"choices":[{"delta":{"content":"a}}]})",
        R"({"choices":[{"delta":{"content":"\x"}}]})",
        R"({"choices":[{"delta":{"content":"\u12"}}]})", R"({"choices":[]}{})",
        R"({"choices":[]} x)", "{choices:[]}", "\"text\"", "true", "{\"a\":\"raw\nline\"}",
        R"({"choices":[{"delta":{"content":"a"}})"}) {
    Read({payload}, PayloadResult::kNotJson);
  }
}

TEST(ChatPayload, WholePayloads) {
  JsonEvent event;
  ChatPayload reader(&event);
  EXPECT_TRUE(reader.IsWhole(R"({"a":[1,{"b":2}]})"));
  EXPECT_TRUE(reader.IsWhole(R"([{"a":1}])"));
  for (const char* partial : {"", "{", R"({"a":)", R"({"a":1)", R"({"a":{})", R"([{})", "12", "x",
                              R"({"a":"b})", R"({} {})"}) {
    EXPECT_FALSE(reader.IsWhole(partial)) << partial;
  }
}

TEST(ChatPayload, ErrorsInsideChunks) {
  const auto error = [](const std::string& payload) {
    return Read({payload}, PayloadResult::kError);
  };
  EXPECT_EQ(error(R"({"error":{"message":"a","code":503,"type":"T"},"choices":[]})"),
            (Lines{"error error_in_stream: a (T, code 503)"}));
  EXPECT_EQ(error(R"([{"choices":[]},{"error":"b"}])"), (Lines{"error error_in_stream: b"}));
  EXPECT_EQ(error(R"({"error":{"message":"c"},"x":NaN})"), (Lines{"error error_in_stream: c"}));
  EXPECT_EQ(error(R"({"object":"error","message":"d","code":400})"),
            (Lines{"error error_in_stream: d (code 400)"}));
}

}  // namespace
}  // namespace monsoon
