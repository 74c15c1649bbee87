// OpenAI's Responses dialect (wire-protocol reference, section 4.11).
#include "agent/core/engine/dialect/responses_payload.h"

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

using ResponsesTest = PayloadTest<ResponsesPayload>;

std::string Delta(const std::string& type, const std::string& text) {
  return R"({"type":"response.)" + type + R"(.delta","delta":")" + text + "\"}";
}

TEST_F(ResponsesTest, SampleStream) {
  EXPECT_EQ(Decode(std::string(kResponsesStream)),
            (Lines{"event", "event", "event", "event", "content Hi", "event", "content  there",
                   "event", "event", "finish stop", "usage 11 5 8 3", "end terminator"}));
  const RequestRecord record = Record(std::string(kResponsesStream));
  EXPECT_EQ(record.status, RequestStatus::kOk);
  EXPECT_EQ(record.token_events, 2);
  EXPECT_EQ(record.flags & ~kFlagBothEndsOneRead & ~kFlagFirstChunkAssumed, 0u);
}

// A body without `event:` lines must come out the same: the JSON's own type counts.
TEST_F(ResponsesTest, NamesOfEventsAreNotNeeded) {
  std::string body;
  for (size_t at = 0; at < kResponsesStream.size();) {
    const size_t end = kResponsesStream.find('\n', at) + 1;
    const std::string_view line = kResponsesStream.substr(at, end - at);
    if (!line.starts_with("event:")) body += line;
    at = end;
  }
  EXPECT_EQ(Decode(body), Decode(std::string(kResponsesStream)));
}

TEST_F(ResponsesTest, TheNameStandsInForAMissingType) {
  EXPECT_EQ(Decode("event: response.output_text.delta\ndata: {\"delta\":\"a\"}\n\n"
                   "event: response.completed\ndata: {\"response\":{}}\n\n"),
            (Lines{"event", "content a", "event", "finish stop", "end terminator"}));
}

TEST_F(ResponsesTest, Channels) {
  EXPECT_THAT(Read({Delta("output_text", "a")}), ElementsAre("content a"));
  EXPECT_THAT(Read({Delta("reasoning_text", "a")}), ElementsAre("reasoning a"));
  EXPECT_THAT(Read({Delta("reasoning_summary_text", "a")}), ElementsAre("reasoning a"));
  EXPECT_THAT(Read({Delta("refusal", "a")}), ElementsAre("refusal a"));
  EXPECT_THAT(Read({Delta("function_call_arguments", "{\\\"")}), ElementsAre("tool {\""));
  EXPECT_THAT(Read({Delta("mcp_call_arguments", "a")}), ElementsAre("tool a"));
  EXPECT_THAT(Read({Delta("custom_tool_call_input", "a")}), ElementsAre("tool a"));
  EXPECT_THAT(Read({Delta("something_new", "a")}), ElementsAre("content a"));
}

TEST_F(ResponsesTest, WhatIsNoToken) {
  for (const char* payload :
       {"{}", "null", R"({"type":"response.queued","response":{"output":[{"content":[]}]}})",
        R"({"type":"response.output_text.delta","delta":""})",
        R"({"type":"response.output_text.delta","delta":{"text":"a"}})",
        R"({"type":"response.output_text.delta","delta":null})",
        R"({"type":"response.output_text.delta"})", R"({"type":7,"delta":"a"})",
        R"({"type":"response.output_text.done","text":"Hi"})",
        R"({"type":"response.function_call_arguments.done","arguments":"{}"})",
        R"({"type":"response.content_part.done","part":{"text":"Hi"}})",
        R"({"type":"response.output_item.added","item":{"type":"function_call","name":"f"}})",
        R"({"type":"response.output_item.done","item":{"content":[{"text":"Hi"}]}})"}) {
    EXPECT_THAT(Read({payload}), IsEmpty()) << payload;
  }
}

TEST_F(ResponsesTest, TerminalEvents) {
  const auto end = [this](const std::string& type, const std::string& response) {
    return Decode(Event(Delta("output_text", "a")) +
                  Event("{\"type\":\"response." + type + "\",\"response\":" + response + "}"));
  };
  EXPECT_EQ(end("incomplete",
                R"({"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}})"),
            (Lines{"event", "content a", "event", "finish length", "end terminator"}));
  EXPECT_THAT(end("incomplete", R"({"incomplete_details":{"reason":"content_filter"}})"),
              ::testing::Contains("finish filter"));
  EXPECT_THAT(end("incomplete", "{}"), ::testing::Contains("finish other"));
  EXPECT_THAT(end("completed", "null"), ::testing::Contains("finish stop"));
  EXPECT_EQ(end("failed", R"({"status":"failed","error":{"code":"server_error","message":"m"}})"),
            (Lines{"event", "content a", "event", "error error_in_stream: m (code server_error)",
                   "end terminator"}));
}

TEST_F(ResponsesTest, FailedWithoutAnErrorIsAborted) {
  const RequestRecord record =
      Record(Event(Delta("output_text", "a")) +
             Event(R"({"type":"response.failed","response":{"status":"failed","error":null}})"));
  EXPECT_EQ(record.error_class, ErrorClass::kAborted);
}

TEST_F(ResponsesTest, TheEndMissing) {
  EXPECT_THAT(Decode(Event(Delta("output_text", "a"))).back(), HasSubstr("error truncated"));
}

TEST_F(ResponsesTest, ADoneBehindTheTerminalEventIsNotLate) {
  const std::string body =
      Event(Delta("output_text", "a")) + Event(R"({"type":"response.completed"})");
  const Lines expected = {"event", "content a", "event", "finish stop", "end terminator"};
  EXPECT_EQ(Decode(body + "data: [DONE]\n\n"), expected);
  Lines late = expected;
  late.emplace_back("flag late_events");
  EXPECT_EQ(Decode(body + Event(Delta("output_text", "b"))), late);
}

TEST_F(ResponsesTest, ErrorEvents) {
  const std::string error =
      R"({"type":"error","code":"server_error","message":"m","param":null,"sequence_number":3})";
  const std::string line = "error error_in_stream: m (code server_error)";
  EXPECT_EQ(Decode(Event(error)), (Lines{"event", line, "end terminator"}));
  EXPECT_EQ(Decode("event: error\n" + Event(error)), (Lines{"event", line}));
  EXPECT_THAT(Read({R"({"error":{"message":"n"}})"}, PayloadResult::kError),
              ElementsAre("error error_in_stream: n"));
}

// Of a tool call that was never streamed, the answer in the terminal event is all there is.
TEST_F(ResponsesTest, TerminalEventBringsWhatNoDeltaBrought) {
  const std::string call =
      R"({"type":"response.completed","response":{"status":"completed","output":[)"
      R"({"type":"function_call","name":"f","arguments":"{}"}],"usage":{"output_tokens":4}}})";
  EXPECT_EQ(Decode(Event(call)), (Lines{"event", "tool f", "tool {}", "finish tool_calls",
                                        "usage -1 4 -1 -1", "end terminator"}));
  EXPECT_EQ(Decode(Event(Delta("function_call_arguments", "{}")) + Event(call)),
            (Lines{"event", "tool {}", "event", "finish tool_calls", "usage -1 4 -1 -1",
                   "end terminator"}));
}

TEST_F(ResponsesTest, WholeAnswer) {
  EXPECT_EQ(
      Decode(R"({"id":"resp_1","object":"response","status":"completed","error":null,)"
             R"("incomplete_details":null,"output":[{"type":"reasoning","summary":[{"type":)"
             R"("summary_text","text":"s"}],"content":[{"type":"reasoning_text","text":"r"}]},)"
             R"({"type":"message","content":[{"type":"output_text","text":"Hi","annotations":[]},)"
             R"({"type":"refusal","refusal":"no"}]},null],"tools":[],"usage":{"input_tokens":11,)"
             R"("output_tokens":5,"output_tokens_details":{"reasoning_tokens":2}}})",
             "application/json"),
      (Lines{"flag not_streamed", "event", "reasoning s", "reasoning r", "content Hi", "refusal no",
             "finish stop", "usage 11 5 -1 2", "end terminator"}));
}

TEST_F(ResponsesTest, WholeAnswersThatAreNone) {
  const auto error = [this](const std::string& body) {
    return Decode(body, "application/json").at(2);
  };
  EXPECT_EQ(error(R"({"object":"response","status":"failed","output":[],"error":{"code":"x",)"
                  R"("message":"m"}})"),
            "error error_in_200_body: m (code x)");
  EXPECT_EQ(error(R"({"detail":"Not Found"})"), "error error_in_200_body: Not Found");
  EXPECT_THAT(error(R"({"choices":[]})"), HasSubstr("error bad_payload"));
  EXPECT_THAT(error("[1]"), HasSubstr("error bad_payload"));
}

TEST_F(ResponsesTest, BrokenJson) {
  for (const char* payload :
       {"", "{", "[]", R"({"type":"response.output_text.delta","delta":"a)",
        R"({"type":"response.output_text.delta","delta":"\x"})", R"({"type":"\u12"})",
        R"({"type":"response.completed","response":{"output":[{]}})", "{} {}"}) {
    Read({payload}, PayloadResult::kNotJson);
  }
}

}  // namespace
}  // namespace monsoon
