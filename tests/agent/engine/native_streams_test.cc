// The streams of the native routes: what is read of them, however they are cut, and how each can
// fail in its own way.
#include "tests/agent/engine/native_streams.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/agent/engine/decode.h"

namespace monsoon {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using Lines = std::vector<std::string>;

Lines Decode(const std::string& type, const std::string& route, const Answer& answer) {
  return DecodeEveryWay(*NewRouteDecoder(type, route), answer);
}

Lines Native(const std::string& type, std::string_view body) {
  return Decode(type, "native", {std::string(body)});
}

std::string Event(const std::string& payload) { return "data: " + payload + "\n\n"; }

TEST(NativeStreams, Triton) {
  const Lines expected = {"event", "content Hi", "event", "content  there", "end clean_eof"};
  EXPECT_EQ(Native("triton", kTritonStream), expected);
  EXPECT_EQ(Decode("triton", "llm-api", {std::string(kTritonStream)}), expected);
  EXPECT_EQ(Decode("triton", "vllm-backend", {std::string(kTritonStream)}), expected);
}

TEST(NativeStreams, TritonCountsTheTokensOfEachEvent) {
  EXPECT_EQ(
      Native("triton",
             Event(R"({"num_input_tokens":7,"num_output_tokens":1,"text_output":""})") +
                 Event(R"({"num_input_tokens":7,"num_output_tokens":2,"text_output":"Hi"})") +
                 Event(R"({"finish_reason":"None","num_output_tokens":1,"text_output":"!"})")),
      (Lines{"event", "tokens 1", "usage 7 -1 -1 -1", "event", "content Hi", "tokens 2",
             "usage 7 -1 -1 -1", "event", "content !", "tokens 1", "end clean_eof"}));
}

TEST(NativeStreams, TritonFailsInItsOwnWays) {
  EXPECT_EQ(Native("triton", ""), (Lines{"end clean_eof"}));  // the recorder says empty
  EXPECT_EQ(RecordOf(*NewRouteDecoder("triton", "native"), {""}).error_class, ErrorClass::kEmpty);
  EXPECT_EQ(
      Native("triton", Event(R"({"text_output":"Hi"})") + Event(R"({"error":"out of slots"})")),
      (Lines{"event", "content Hi", "event", "error error_in_stream: out of slots"}));
  EXPECT_EQ(Decode("triton", "native", {Event(R"({"error":"no model"})"), 503}),
            (Lines{"error error_http: HTTP 503: no model"}));
  EXPECT_EQ(Decode("triton", "native",
                   {R"({"error":"expected exactly 1 response"})", 200, "application/json"}),
            (Lines{"flag not_streamed", "event",
                   "error error_in_200_body: expected exactly 1 response"}));
  EXPECT_THAT(
      Decode("triton", "native",
             {std::string(kTritonStream), 200, std::string(kEventStream), /*complete=*/false}),
      Contains(HasSubstr("error truncated")));
}

TEST(NativeStreams, Tgi) {
  const Lines expected = {"event",    "content Hi",      "tokens 1",    "event",
                          "tokens 1", "usage 3 2 -1 -1", "finish stop", "end terminator"};
  EXPECT_EQ(Native("tgi", kTgiStream), expected);
  std::string old(kTgiStream);  // up to 2.0 there is no space, and a comment while it queues
  while (old.find("data: {") != std::string::npos) old.replace(old.find("data: {"), 7, "data:{");
  EXPECT_EQ(Native("tgi", ":\n\n" + old), expected);
  const RequestRecord record =
      RecordOf(*NewRouteDecoder("tgi", "native"), {std::string(kTgiStream)});
  EXPECT_EQ(record.status, RequestStatus::kOk);
  EXPECT_EQ(record.output_tokens, 2);
  EXPECT_EQ(record.token_events, 1);
}

TEST(NativeStreams, TgiOverloadComesInTheStream) {
  EXPECT_EQ(Native("tgi", Event(R"({"error":"Model is overloaded","error_type":"overloaded"})")),
            (Lines{"event", "error error_in_stream: Model is overloaded (overloaded)"}));
  EXPECT_THAT(Native("tgi", Event(R"({"token":{"id":1,"text":"a","special":false}})")),
              Contains(HasSubstr("error truncated")));
}

TEST(NativeStreams, LmdeployGenerate) {
  EXPECT_EQ(Native("lmdeploy", kLmdeployGenerateStream),
            (Lines{"event", "content Hi", "tokens 1", "usage 3 1 -1 -1", "event",
                   "content  \xF0\x9F\x98\x80", "tokens 2", "usage 3 3 -1 -1", "finish length",
                   "event", "end terminator"}));
}

TEST(NativeStreams, SglangCumulativeAndIncremental) {
  const Lines expected = {"event",         "content Hi",     "tokens 1",      "usage 3 1 0 -1",
                          "event",         "content  there", "tokens 1",      "usage 3 2 0 -1",
                          "finish length", "event",          "end terminator"};
  EXPECT_EQ(Native("sglang", kSglangGenerateStream), expected);
  std::string incremental(kSglangGenerateStream);
  incremental.replace(incremental.find("\"Hi there\""), 10, "\" there\"");
  incremental.replace(incremental.find("[13347,1070]"), 12, "[1070]");
  EXPECT_EQ(Native("sglang", incremental), expected);
}

// The second delta begins like the first, and only the ids tell that it is one.
TEST(NativeStreams, SglangIdsTellTheModeWhereTextsCannot) {
  const auto event = [](const std::string& text, const std::string& ids, int tokens) {
    return Event(R"({"text":")" + text + R"(","output_ids":)" + ids +
                 R"(,"meta_info":{"completion_tokens":)" + std::to_string(tokens) + "}}");
  };
  const Lines delta = Native("sglang", event("1", "[5]", 1) + event("10", "[6]", 2));
  EXPECT_THAT(delta, Contains("content 10"));
  const Lines whole = Native("sglang", event("1", "[5]", 1) + event("10", "[5,6]", 2));
  EXPECT_THAT(whole, Contains("content 0"));
}

TEST(NativeStreams, SglangAbortAndQueueFull) {
  const std::string abort = Event(
      R"({"text":"","meta_info":{"finish_reason":{"type":"abort","message":"x","status_code":503}}})");
  EXPECT_EQ(RecordOf(*NewRouteDecoder("sglang", "native"), {abort + Event("[DONE]")}).error_class,
            ErrorClass::kAborted);
  EXPECT_THAT(Native("sglang", Event(R"({"error":{"message":"The request queue is full."}})") +
                                   Event("[DONE]")),
              Contains("error error_in_stream: The request queue is full."));
}

TEST(NativeStreams, LlamaCpp) {
  EXPECT_EQ(Native("llama.cpp", kLlamaCppStream),
            (Lines{"event", "content Hi", "tokens 1", "usage 3 1 -1 -1", "event", "tokens 63",
                   "usage 3 64 2 -1", "finish length", "end terminator"}));
  EXPECT_THAT(Native("llama.cpp", "error: {\"code\":500,\"message\":\"x\"}\n\n"),
              Contains("error error_in_stream: x (code 500)"));
}

TEST(NativeStreams, OllamaChat) {
  EXPECT_EQ(Decode("ollama", "native", {std::string(kOllamaStream), 200, "application/x-ndjson"}),
            (Lines{"event", "reasoning Let me", "event", "content Hi", "event", "usage 11 64 -1 -1",
                   "finish length", "end terminator"}));
}

TEST(NativeStreams, OllamaGenerate) {
  const std::string body =
      R"({"response":"","thinking":"Hm","done":false})"
      "\r\n\r\n"
      R"({"response":"Hi","done":false})"
      "\n"
      R"({"response":"","done":true,"done_reason":"stop","context":[1,2],"eval_count":2})";
  EXPECT_EQ(Decode("ollama", "generate", {body, 200, "application/x-ndjson"}),
            (Lines{"event", "reasoning Hm", "event", "content Hi", "event", "usage -1 2 -1 -1",
                   "finish stop", "end terminator"}));
}

TEST(NativeStreams, OllamaFailsInItsOwnWays) {
  const std::string hi = R"({"message":{"role":"assistant","content":"Hi"},"done":false})";
  const auto decode = [](const std::string& body) {
    return Decode("ollama", "native", {body, 200, "application/x-ndjson"});
  };
  EXPECT_EQ(decode(hi + "\n{\"error\":\"out of memory\"}\n"),
            (Lines{"event", "content Hi", "event", "error error_in_stream: out of memory"}));
  EXPECT_THAT(decode(hi + "\n"), Contains(HasSubstr("without its terminator")));
  EXPECT_THAT(decode(hi + "\n{\"mess"), Contains(HasSubstr("ended inside an event")));
  EXPECT_THAT(decode(hi + "\n<html>\n" + hi + "\n"), Contains(HasSubstr("error bad_payload")));
}

TEST(NativeStreams, MiiServer) {
  EXPECT_EQ(Native("deepspeed-mii", kMiiStream),
            (Lines{"event", "content Hi", "event", "content  there", "event", "end terminator"}));
  EXPECT_THAT(Native("deepspeed-mii", Event(R"({"text": ["Hi"]})")),
              Contains(HasSubstr("error truncated")));
}

TEST(NativeStreams, Dashscope) {
  EXPECT_EQ(Native("dashscope", kDashscopeStream),
            (Lines{"event", "content Hi", "tokens 1", "usage 11 1 -1 -1", "event", "content  there",
                   "tokens 2", "usage 11 3 -1 -1", "finish stop", "end clean_eof"}));
  EXPECT_THAT(Native("dashscope", kDashscopeStream.substr(0, kDashscopeStream.find("id:2"))),
              Contains(HasSubstr("error truncated")));
  EXPECT_EQ(Native("dashscope",
                   "event:error\n:HTTP_STATUS/429\n"
                   "data:{\"code\":\"Throttling.RateQuota\",\"message\":\"slow\"}\n\n"),
            (Lines{"event", "error error_in_stream: slow (code Throttling.RateQuota)"}));
  EXPECT_EQ(Native("dashscope",
                   ":HTTP_STATUS/500\ndata:{\"code\":\"InternalError\",\"message\":\"x\"}\n\n"),
            (Lines{"event", "error error_in_stream: x (code InternalError)"}));
}

TEST(NativeStreams, DashscopeWholeTextEachTime) {
  AgentCase agent_case = CaseFor("dashscope");
  agent_case.engine.extra_body_json = R"({"parameters":{"incremental_output":false}})";
  DecoderScratch scratch;
  const auto decoder = MakeEngineAdapter(agent_case).value()->NewDecoder(&scratch);
  std::string body(kDashscopeStream);
  body.replace(body.find("\" there\""), 8, "\"Hi there\"");
  const Lines lines = DecodeEveryWay(*decoder, {body});
  EXPECT_THAT(lines, Contains("content  there"));
}

// Without streaming each route answers in one document.
TEST(NativeStreams, Documents) {
  const auto decode = [](const std::string& type, const std::string& route,
                         const std::string& body) {
    const Lines lines = Decode(type, route, {body, 200, "application/json"});
    EXPECT_EQ(lines.front(), "flag not_streamed") << body;
    EXPECT_EQ(lines.back(), "end terminator") << body;
    return Lines(lines.begin() + 2, lines.end() - 1);
  };
  EXPECT_EQ(decode("triton", "native",
                   R"({"text_output":"Hi","num_input_tokens":3,"num_output_tokens":2})"),
            (Lines{"content Hi", "usage 3 2 -1 -1"}));
  EXPECT_EQ(decode("tgi", "native",
                   R"({"generated_text":"Hi","details":{"finish_reason":"length",)"
                   R"("generated_tokens":2,"prefill":[],"seed":null,"tokens":[]}})"),
            (Lines{"content Hi", "usage -1 2 -1 -1", "finish length"}));
  EXPECT_EQ(decode("deepspeed-mii", "gateway",
                   R"([{"generated_text":"Hi","prompt_length":3,"generated_length":64,)"
                   R"("finish_reason":"length"}])"),
            (Lines{"content Hi", "usage 3 64 -1 -1", "finish length"}));
  EXPECT_EQ(decode("sglang", "native",
                   R"({"text":"Hi","output_ids":[1],"meta_info":{"prompt_tokens":3,)"
                   R"("completion_tokens":1,"finish_reason":{"type":"stop","matched":2}}})"),
            (Lines{"content Hi", "usage 3 1 -1 -1", "finish stop"}));
  EXPECT_EQ(decode("ollama", "native",
                   "{\n \"message\": {\"role\": \"assistant\", \"content\": \"Hi\"},\n"
                   " \"done\": true, \"done_reason\": \"stop\", \"eval_count\": 2\n}"),
            (Lines{"content Hi", "usage -1 2 -1 -1", "finish stop"}));
}

TEST(NativeStreams, DocumentsThatAreNoAnswer) {
  EXPECT_THAT(Decode("triton", "native", {"{\"a\":1}", 200, "application/json"}),
              Contains(HasSubstr("error bad_payload")));
  EXPECT_THAT(Decode("tgi", "native", {"<html>busy</html>", 200, "text/html"}),
              Contains(HasSubstr("error bad_payload")));
}

}  // namespace
}  // namespace monsoon
