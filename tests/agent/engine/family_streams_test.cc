// What each engine of the OpenAI family streams, cut at every byte: one test per engine and route.
#include "tests/agent/engine/family_streams.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/model/engine_type.h"
#include "tests/agent/engine/decode.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;
using Lines = std::vector<std::string>;

Lines Decode(const std::string& type, const std::string& route, std::string_view body) {
  return DecodeEveryWay(*NewRouteDecoder(type, route), {std::string(body)});
}

std::string Event(const std::string& payload) { return "data: " + payload + "\n\n"; }

TEST(FamilyStreams, TrtllmServe) {
  EXPECT_EQ(Decode("trtllm-serve", "chat", kTrtllmServeStream),
            (Lines{"event", "event", "reasoning Let", "event", "event", "content Hi",
                   "finish length", "event", "usage 11 2 0 -1", "event", "end terminator"}));
}

// With continuous usage the chunk with both texts empty is a silent token.
TEST(FamilyStreams, TrtllmServeHeldBackToken) {
  const auto chunk = [](const std::string& content, int tokens) {
    return Event(R"({"choices":[{"index":0,"delta":{"content":")" + content +
                 R"(","reasoning_content":""}}],"usage":{"prompt_tokens":11,"completion_tokens":)" +
                 std::to_string(tokens) + "}}");
  };
  EXPECT_EQ(Decode("trtllm-serve", "chat", chunk("", 1) + chunk("ab", 2) + Event("[DONE]")),
            (Lines{"event", "tokens 1", "usage 11 1 -1 -1", "event", "content ab", "tokens 1",
                   "usage 11 2 -1 -1", "event", "end terminator"}));
}

// An engine that dies cuts the connection: there is no error in the stream.
TEST(FamilyStreams, TrtllmServeCutOff) {
  const Answer answer{std::string(kTrtllmServeStream.substr(0, kTrtllmServeStream.find("Hi"))), 200,
                      std::string(kEventStream), false};
  EXPECT_THAT(DecodeEveryWay(*NewRouteDecoder("trtllm-serve", "chat"), answer).back(),
              HasSubstr("error truncated"));
}

TEST(FamilyStreams, Tgi) {
  EXPECT_EQ(Decode("tgi", "chat", kTgiChatStream),
            (Lines{"event", "content Hi", "event", "finish stop", "event", "usage 11 2 -1 -1",
                   "event", "end terminator"}));
  EXPECT_EQ(Decode("tgi", "completions", kOldTgiCompletionsStream),
            (Lines{"event", "content Hi", "event", "content !", "finish length", "usage 3 2 -1 -1",
                   "flag no_done", "end clean_eof"}));
}

// The code says 422 even for overload; the message tells them apart.
TEST(FamilyStreams, TgiOverloaded) {
  EXPECT_EQ(Decode("tgi", "chat",
                   Event(R"({"error":{"message":"Model is overloaded","http_status_code":422}})") +
                       Event("[DONE]")),
            (Lines{"event", "error error_in_stream: Model is overloaded (code 422)", "event",
                   "end terminator"}));
}

TEST(FamilyStreams, DeepSpeedMii) {
  EXPECT_EQ(Decode("deepspeed-mii", "chat", kMiiChatStream),
            (Lines{"event", "event", "content Hi", "event", "content  there", "finish length",
                   "event", "end terminator"}));
}

TEST(FamilyStreams, Sglang) {
  EXPECT_EQ(Decode("sglang", "chat", kSglangChatStream),
            (Lines{"event", "event", "reasoning Let me", "event", "content Hi", "event",
                   "finish stop", "event", "usage 11 5 -1 3", "event", "end terminator"}));
  EXPECT_EQ(
      Decode("sglang", "chat",
             Event(R"({"error":{"object":"error","message":"The request queue is full.",)"
                   R"("type":"SERVICE_UNAVAILABLE","param":null,"code":503}})") +
                 Event("[DONE]")),
      (Lines{"event",
             "error error_in_stream: The request queue is full. (SERVICE_UNAVAILABLE, code 503)",
             "event", "end terminator"}));
}

TEST(FamilyStreams, LlamaCpp) {
  EXPECT_EQ(Decode("llama.cpp", "chat", kLlamaCppChatStream),
            (Lines{"event", "event", "event", "content Hi", "event", "finish length", "event",
                   "usage 11 64 4 -1", "event", "end terminator"}));
}

// Older versions: usage and timings in the finish chunk, or timings alone; `error:` as a field.
TEST(FamilyStreams, OlderLlamaCpp) {
  const std::string hi = Event(R"({"choices":[{"index":0,"delta":{"content":"Hi"}}]})");
  const auto finish = [](const std::string& counts) {
    return Event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],)" + counts + "}") +
           Event("[DONE]");
  };
  const auto with = [&](const std::string& usage) {
    return Lines{"event", "content Hi", "event", "finish stop", usage, "event", "end terminator"};
  };
  EXPECT_EQ(Decode("llama.cpp", "chat",
                   hi + finish(R"("usage":{"prompt_tokens":11,"completion_tokens":64},)"
                               R"("timings":{"prompt_n":11,"predicted_n":64})")),
            with("usage 11 64 -1 -1"));
  EXPECT_EQ(Decode("llama.cpp", "chat",
                   hi + finish(R"("timings":{"cache_n":4,"prompt_n":7,"predicted_n":64})")),
            with("usage 11 64 4 -1"));
  EXPECT_EQ(
      Decode("llama.cpp", "chat", hi + finish(R"("timings":{"prompt_n":7,"predicted_n":64})")),
      with("usage -1 64 -1 -1"));
  EXPECT_EQ(
      Decode("llama.cpp", "chat",
             hi + "error: {\"code\":500,\"message\":\"x\",\"type\":\"server_error\"}\n\n"),
      (Lines{"event", "content Hi", "event", "error error_in_stream: x (server_error, code 500)"}));
}

TEST(FamilyStreams, Ollama) {
  EXPECT_EQ(Decode("ollama", "completions", kOllamaCompletionsStream),
            (Lines{"event", "content Hi", "event", "content !", "event", "finish stop", "event",
                   "usage 11 3 -1 -1", "event", "end terminator"}));
  // A mid-stream engine error becomes an empty chunk and the end.
  EXPECT_THAT(
      Decode("ollama", "chat",
             Event(R"({"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"}}]})") +
                 Event(R"({"choices":[{"index":0,"delta":{"content":""}}]})"))
          .back(),
      HasSubstr("error truncated"));
}

TEST(FamilyStreams, VllmCompletions) {
  EXPECT_EQ(Decode("vllm", "completions", kVllmCompletionsStream),
            (Lines{"event", "content Hi", "event", "content  there", "finish length", "event",
                   "usage 3 2 -1 -1", "event", "end terminator"}));
}

TEST(FamilyStreams, Azure) {
  EXPECT_EQ(Decode("azure", "chat", kAzureStream),
            (Lines{"event", "event", "event", "content Hi", "event", "finish stop", "event",
                   "event", "usage 11 2 -1 -1", "event", "end terminator"}));
  const RequestRecord record =
      RecordOf(*NewRouteDecoder("azure", "chat"), {std::string(kAzureStream)});
  EXPECT_EQ(record.status, RequestStatus::kOk);
  EXPECT_EQ(record.token_events, 1);
}

TEST(FamilyStreams, ResponsesAndMessagesOfEveryEngineThatHasThem) {
  for (const EngineType& type : EngineTypes()) {
    for (const EngineRoute& route : type.routes) {
      const bool responses = route.dialect == Dialect::kResponses;
      if (!responses && route.dialect != Dialect::kMessages) continue;
      const auto decoder = NewRouteDecoder(std::string(type.name), std::string(route.name));
      const RequestRecord record =
          RecordOf(*decoder, {std::string(responses ? kResponsesStream : kMessagesStream)});
      EXPECT_EQ(record.status, RequestStatus::kOk) << type.name << " " << record.error_message;
      EXPECT_EQ(record.output_tokens, 5) << type.name;
    }
  }
}

// A completion that came whole.
TEST(FamilyStreams, CompletionsDocument) {
  const Answer answer{
      R"({"id":"cmpl-1","object":"text_completion","choices":[{"index":0,"text":"Hi there",)"
      R"("logprobs":null,"finish_reason":"length"}],"usage":{"prompt_tokens":3,"total_tokens":5,)"
      R"("completion_tokens":2}})",
      200, "application/json"};
  EXPECT_EQ(DecodeEveryWay(*NewRouteDecoder("lmdeploy", "completions"), answer),
            (Lines{"flag not_streamed", "event", "content Hi there", "finish length", "tokens 2",
                   "usage 3 2 -1 -1", "end terminator"}));
}

}  // namespace
}  // namespace monsoon
