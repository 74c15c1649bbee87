// The Anthropic Messages dialect (wire-protocol reference, section 4.13).
#include "agent/core/engine/dialect/messages_payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/agent/engine/family_streams.h"
#include "tests/agent/engine/payload_fixture.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using MessagesTest = PayloadTest<MessagesPayload>;

std::string Delta(const std::string& delta) {
  return R"({"type":"content_block_delta","index":0,"delta":)" + delta + "}";
}

TEST_F(MessagesTest, SampleStream) {
  EXPECT_EQ(Decode(std::string(kMessagesStream)),
            (Lines{"event", "usage 17 -1 4 -1", "event", "event", "reasoning Let me", "event",
                   "event", "event", "event", "event", "content Hi there", "event", "event",
                   "finish stop", "usage 17 5 -1 -1", "event", "end terminator"}));
  const RequestRecord record = Record(std::string(kMessagesStream));
  EXPECT_EQ(record.status, RequestStatus::kOk);
  EXPECT_EQ(record.input_tokens, 17);
  EXPECT_EQ(record.cached_tokens, 4);
  EXPECT_EQ(record.output_tokens, 5);
  EXPECT_EQ(record.token_source, TokenSource::kUsage);
}

// V20: the last event without its blank line.
TEST_F(MessagesTest, NoFinalBlankLine) {
  std::string body(kMessagesStream);
  body.resize(body.size() - 2);
  Lines expected = Decode(std::string(kMessagesStream));
  expected.emplace_back("flag no_final_blank_line");
  EXPECT_EQ(Decode(body), expected);
}

TEST_F(MessagesTest, Deltas) {
  EXPECT_THAT(Read({Delta(R"({"type":"text_delta","text":"a"})")}), ElementsAre("content a"));
  EXPECT_THAT(Read({Delta(R"({"type":"thinking_delta","thinking":"a"})")}),
              ElementsAre("reasoning a"));
  EXPECT_THAT(Read({Delta(R"({"type":"input_json_delta","partial_json":"{\"a"})")}),
              ElementsAre("tool {\"a"));
  EXPECT_THAT(
      Read({R"({"type":"content_block_start","content_block":{"type":"text","text":"a"}})"}),
      ElementsAre("content a"));
  EXPECT_THAT(Read({R"({"type":"content_block_start","content_block":{"type":"tool_use",)"
                    R"("id":"toolu_1","name":"f","input":{}}})"}),
              ElementsAre("tool f"));
}

TEST_F(MessagesTest, WhatIsNoToken) {
  for (const std::string& payload :
       {std::string("{}"), std::string("null"), std::string(R"({"type": "ping"})"),
        Delta(R"({"type":"text_delta","text":""})"), Delta("null"), Delta("\"text\""),
        Delta(R"({"type":"input_json_delta","partial_json":""})"),
        Delta(R"({"type":"signature_delta","signature":"x"})"),
        Delta(R"({"type":"citations_delta","citation":{"cited_text":"x"}})"),
        Delta(R"({"type":"text_delta","text":7})"),
        std::string(R"({"type":"content_block_stop","index":0})"),
        std::string(
            R"({"type":"something_new","delta":{"text":"a"},"content_block":{"text":"a"}})"),
        std::string(R"({"type":"message_delta","delta":{"stop_reason":null}})"),
        std::string(R"({"type":"message_start","message":{"content":[{"text":"a"}]}})")}) {
    EXPECT_THAT(Read({payload}), IsEmpty()) << payload;
  }
}

TEST_F(MessagesTest, StopReasons) {
  const auto reason = [this](const std::string& word) {
    return Read({R"({"type":"message_delta","delta":{"stop_reason":")" + word + "\"}}"});
  };
  EXPECT_THAT(reason("end_turn"), ElementsAre("finish stop"));
  EXPECT_THAT(reason("stop_sequence"), ElementsAre("finish stop"));
  EXPECT_THAT(reason("max_tokens"), ElementsAre("finish length"));
  EXPECT_THAT(reason("model_context_window_exceeded"), ElementsAre("finish length"));
  EXPECT_THAT(reason("tool_use"), ElementsAre("finish tool_calls"));
  EXPECT_THAT(reason("refusal"), ElementsAre("finish filter"));
  EXPECT_THAT(reason("pause_turn"), ElementsAre("finish other"));
}

// Compatible servers: 0 at the start, the number at the end; and the other way round.
TEST_F(MessagesTest, InputTokensAreTheMostThatWereSeen) {
  const std::string start =
      R"({"type":"message_start","message":{"usage":{"input_tokens":0,"output_tokens":0}}})";
  EXPECT_EQ(
      Read({start, R"({"type":"message_delta","usage":{"input_tokens":9,"output_tokens":3}})"}),
      (Lines{"usage -1 -1 -1 -1", "usage 9 3 -1 -1"}));
  EXPECT_EQ(Read({R"({"type":"message_start","message":{"usage":{"input_tokens":9,)"
                  R"("cache_read_input_tokens":null,"output_tokens":1}}})",
                  R"({"type":"message_delta","usage":{"input_tokens":0,"output_tokens":3}})"}),
            (Lines{"usage 9 -1 -1 -1", "usage 9 3 -1 -1"}));
}

TEST_F(MessagesTest, TheEndMissing) {
  const std::string text = Event(Delta(R"({"type":"text_delta","text":"a"})"));
  EXPECT_THAT(Decode(text).back(), HasSubstr("error truncated"));
  EXPECT_EQ(Decode(text + Event(R"({"type":"message_delta","delta":{"stop_reason":"end_turn"}})")),
            (Lines{"event", "content a", "event", "finish stop", "flag no_done", "end clean_eof"}));
}

TEST_F(MessagesTest, ErrorEvents) {
  const std::string error =
      R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})";
  const std::string line = "error error_in_stream: Overloaded (overloaded_error)";
  EXPECT_EQ(Decode(Event(error)), (Lines{"event", line}));
  EXPECT_EQ(Decode("event: error\n" + Event(error)), (Lines{"event", line}));
  EXPECT_EQ(Decode(error, "application/json"),
            (Lines{"flag not_streamed", "event",
                   "error error_in_200_body: Overloaded (overloaded_error)"}));
}

TEST_F(MessagesTest, HttpErrorsOfTheApi) {
  const auto said = [this](int status, const std::string& body) {
    return DecodeEveryWay(decoder_, {body, status, "application/json"}).at(0);
  };
  EXPECT_EQ(
      said(529, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},)"
                R"("request_id":"req_1"})"),
      "error error_http: HTTP 529: Overloaded (overloaded_error)");
}

TEST_F(MessagesTest, WholeAnswer) {
  EXPECT_EQ(
      Decode(R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[)"
             R"({"type":"thinking","thinking":"t","signature":"x"},{"type":"text","text":"Hi"},)"
             R"({"type":"tool_use","id":"toolu_1","name":"f","input":{"a":1}}],)"
             R"("stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":11,)"
             R"("cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":5}})",
             "application/json"),
      (Lines{"flag not_streamed", "event", "reasoning t", "content Hi", "tool f",
             "finish tool_calls", "usage 11 5 0 -1", "end terminator"}));
  EXPECT_THAT(Decode(R"({"choices":[]})", "application/json").back(),
              HasSubstr("error bad_payload"));
}

TEST_F(MessagesTest, BrokenJson) {
  for (const char* payload : {"", "{", "[]", R"({"type":"content_block_delta","delta":{"text":"a)",
                              R"({"type":"content_block_delta","delta":{"text":"\x"}})",
                              R"({"type":"\u12"})", R"({"type":"message_stop"} x)"}) {
    Read({payload}, PayloadResult::kNotJson);
  }
}

}  // namespace
}  // namespace monsoon
