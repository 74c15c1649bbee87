// The chat and completion routes of the engines that speak as OpenAI does, each with its accent,
// against the samples of their documentation and sources.
#include <gtest/gtest.h>

#include <string>

#include "tests/mock_engine/dialects/dialects.h"
#include "tests/mock_engine/test/written.h"

namespace monsoon::mock_engine {
namespace {

constexpr char kChat[] = "/v1/chat/completions";
constexpr char kDoneEvent[] = "data: [DONE]\n\n";

std::string Event(const std::string& json) { return "data: " + json + "\n\n"; }

// The chunk in which most of them wrap a choice.
std::string Chunk(const std::string& choices, const std::string& tail = "") {
  return Event(
      R"({"id":"chatcmpl-0000009f","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[)" +
      choices + "]" + tail + "}");
}

std::string ErrorBodyOf(std::string_view dialect, const EngineError& error) {
  const Dialect* found = FindDialect(dialect);
  return ErrorBody(*found, &found->routes.front().wire, error);
}

TEST(VllmTest, TheRoleComesWithTheFirstTokenAndTheFinishWithTheLast) {
  EXPECT_EQ(
      WriteStream("vllm", kChat),
      Chunk(
          R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null})",
          R"(,"prompt_token_ids":null)") +
          Chunk(
              R"({"index":0,"delta":{"content":"The"},"logprobs":null,"finish_reason":null,"token_ids":null})") +
          Chunk(
              R"({"index":0,"delta":{"content":" monsoon"},"logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null})") +
          kDoneEvent);
}

TEST(VllmTest, TextIsUtf8) {
  Written chinese{.first_token = 5};
  EXPECT_NE(WriteStream("vllm", kChat, chinese).find("\"content\":\" \u5b63\u98ce\""),
            std::string::npos);
}

TEST(VllmTest, ReasoningHasItsField) {
  EXPECT_NE(
      WriteStream("vllm", kChat, {.reasoning_tokens = 1}).find(R"("delta":{"reasoning":"The"})"),
      std::string::npos);
}

TEST(VllmTest, ContinuousUsageIsOnEveryEvent) {
  const std::string events =
      WriteStream("vllm", kChat, {.flags = {Flag::kUsage, Flag::kContinuous}});
  for (const char* usage :
       {R"(null}],"usage":{"prompt_tokens":11,"total_tokens":11,"completion_tokens":0}})",
        R"(null}],"usage":{"prompt_tokens":11,"total_tokens":12,"completion_tokens":1}})",
        R"(null}],"usage":{"prompt_tokens":11,"total_tokens":13,"completion_tokens":2}})"}) {
    EXPECT_NE(events.find(usage), std::string::npos) << usage;
  }
}

TEST(VllmTest, UsageAndErrors) {
  const std::string stream =
      WriteStream("vllm", kChat, {.flags = {Flag::kUsage, Flag::kCached}, .cached_tokens = 8});
  EXPECT_TRUE(stream.ends_with(
      Chunk(
          "",
          R"(,"usage":{"prompt_tokens":11,"total_tokens":13,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":8}})") +
      kDoneEvent))
      << stream;
  EXPECT_EQ(WriteError("vllm", kChat),
            Event(R"({"error":{"message":"x","type":"E","param":null,"code":500}})") + kDoneEvent);
  EXPECT_EQ(ErrorBodyOf("vllm", {401, "x", "y"}), R"({"error":"Unauthorized"})");
  EXPECT_EQ(ErrorBodyOf("vllm", {404, "NotFoundError", "No."}),
            R"({"error":{"message":"No.","type":"NotFoundError","param":null,"code":404}})");
}

TEST(VllmTest, WholeAnswer) {
  EXPECT_EQ(
      WriteWhole("vllm", kChat, {.tokens = 3, .reasoning_tokens = 1}),
      R"({"id":"chatcmpl-0000009f","object":"chat.completion","created":1770000000,"model":"m",)"
      R"("choices":[{"index":0,"message":{"role":"assistant","content":" monsoon brings","reasoning":"The","tool_calls":[]},)"
      R"("logprobs":null,"finish_reason":"length","stop_reason":null}],)"
      R"("usage":{"prompt_tokens":11,"total_tokens":14,"completion_tokens":3}})");
}

TEST(VllmTest, Completions) {
  EXPECT_EQ(
      WriteStream("vllm", "/v1/completions", {.tokens = 1, .by_limit = false}),
      Event(
          R"({"id":"cmpl-0000009f","object":"text_completion","created":1770000000,"model":"m","choices":[{"index":0,"text":"The","logprobs":null,"finish_reason":"stop","stop_reason":null}]})") +
          kDoneEvent);
}

TEST(VllmTest, ChoicesInterleaveAndEndAtDifferentTimes) {
  const std::string stream = WriteStream("vllm", kChat, {.tokens = 4, .items = 2});
  const auto position = [&](const char* text) { return stream.find(text); };
  EXPECT_LT(position(R"({"index":0,"delta":{"content":"The"})"),
            position(R"({"index":1,"delta":{"content":"The"})"));
  EXPECT_LT(
      position(
          R"({"index":1,"delta":{"content":" monsoon"},"logprobs":null,"finish_reason":"length")"),
      position(
          R"({"index":0,"delta":{"content":" rain"},"logprobs":null,"finish_reason":"length")"));
  EXPECT_EQ(position(R"({"index":1,"delta":{"content":" brings"})"), std::string::npos);
}

TEST(VllmTest, AToolCallHasItsNameFirst) {
  const std::string stream =
      WriteStream("vllm", kChat, {.by_limit = false, .flags = {Flag::kTool}});
  const size_t name = stream.find(R"("function":{"name":"get_weather","arguments":""})");
  const size_t fragment =
      stream.find(R"("delta":{"tool_calls":[{"index":0,"function":{"arguments":"The"}}]})");
  EXPECT_LT(stream.find(R"("role":"assistant","content":null)"), name);
  EXPECT_LT(name, fragment);
  EXPECT_NE(fragment, std::string::npos);
  EXPECT_NE(stream.find(R"("finish_reason":"tool_calls")"), std::string::npos);
}

TEST(LmdeployTest, EveryDeltaHasTheRoleAndTextIsAscii) {
  const std::string begin =
      R"(data: {"id": "160", "object": "chat.completion.chunk", "created": 1770000000, "model": "m", "choices": [)";
  EXPECT_EQ(
      WriteStream("lmdeploy", kChat, {.by_limit = false}),
      begin + R"({"index": 0, "delta": {"role": "assistant", "content": "The"}}]})" + "\n\n" +
          begin +
          R"({"index": 0, "delta": {"role": "assistant", "content": " monsoon"}, "finish_reason": "stop"}]})" +
          "\n\n" + kDoneEvent);
  const std::string counted = WriteStream("lmdeploy", kChat, {.flags = {Flag::kUsage}});
  EXPECT_NE(counted.find("\"The\"}}], \"usage\": null}\n\n"), std::string::npos);
  EXPECT_TRUE(counted.ends_with(
      begin + R"(], "usage": {"prompt_tokens": 11, "total_tokens": 13, "completion_tokens": 2}})" +
      "\n\n" + kDoneEvent));
  EXPECT_NE(WriteStream("lmdeploy", kChat, {.first_token = 8}).find(R"("content": "\ud83c\udf27")"),
            std::string::npos);
}

TEST(LmdeployTest, ErrorsAreFlatButNotInAStream) {
  const std::string flat =
      R"({"message": "x", "type": "E", "code": 500, "param": null, "object": "error"})";
  EXPECT_EQ(ErrorBodyOf("lmdeploy", {500, "E", "x"}), flat);
  EXPECT_EQ(WriteError("lmdeploy", kChat), Event("{\"error\": " + flat + "}") + kDoneEvent);
}

TEST(LmdeployTest, WholeAnswer) {
  EXPECT_EQ(
      WriteWhole("lmdeploy", kChat, {.by_limit = false}),
      R"({"id": "160", "object": "chat.completion", "created": 1770000000, "model": "m", )"
      R"("choices": [{"index": 0, "message": {"role": "assistant", "content": "The monsoon"}, "finish_reason": "stop"}], )"
      R"("usage": {"prompt_tokens": 11, "total_tokens": 13, "completion_tokens": 2}})");
}

TEST(OpenAiTest, PaddingAndAFinishChunk) {
  const auto chunk = [](const std::string& choices, const std::string& tail) {
    return Event(
        R"({"id":"chatcmpl-0000009f","object":"chat.completion.chunk","created":1770000000,"model":"m","service_tier":"default","system_fingerprint":"fp_mock","choices":[)" +
        choices + "]," + tail + "}");
  };
  const std::string tail = R"("usage":null,"obfuscation":"x7Qp")";
  EXPECT_EQ(
      WriteStream("openai", kChat, {.tokens = 1, .flags = {Flag::kUsage}}),
      chunk(
          R"({"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null})",
          tail) +
          chunk(R"({"index":0,"delta":{"content":"The"},"logprobs":null,"finish_reason":null})",
                tail) +
          chunk(R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"length"})", tail) +
          chunk(
              "",
              R"("usage":{"prompt_tokens":11,"completion_tokens":1,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}})") +
          kDoneEvent);
}

TEST(TrtllmServeTest, ABlankBehindTheRoleAndTwoTexts) {
  EXPECT_EQ(
      WriteStream("trtllm-serve", kChat, {.reasoning_tokens = 1}),
      "data: "
      R"({"id":"chatcmpl-0000009f","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant"}}]} )"
      "\n\n" +
          Chunk(R"({"index":0,"delta":{"content":"","reasoning_content":"The"}})") +
          Chunk(
              R"({"index":0,"delta":{"content":" monsoon","reasoning_content":""},"finish_reason":"length","avg_decoded_tokens_per_iter":1.0})") +
          kDoneEvent);
}

TEST(TgiChatTest, TheRoleIsEverywhereAndTheIdIsEmpty) {
  const auto chunk = [](const std::string& choices, const std::string& usage) {
    return Event(
        R"({"object":"chat.completion.chunk","id":"","created":1770000000,"model":"m","system_fingerprint":"3.3.7-native","choices":[)" +
        choices + R"(],"usage":)" + usage + "}");
  };
  EXPECT_EQ(
      WriteStream("tgi", kChat, {.tokens = 1, .by_limit = false, .flags = {Flag::kUsage}}),
      chunk(
          R"({"index":0,"delta":{"role":"assistant","content":"The"},"logprobs":null,"finish_reason":null})",
          "null") +
          chunk(
              R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":"stop"})",
              "null") +
          chunk("", R"({"prompt_tokens":11,"completion_tokens":2,"total_tokens":13})") +
          kDoneEvent);
  EXPECT_EQ(WriteError("tgi", kChat),
            Event(R"({"error":{"message":"x","http_status_code":422}})") + kDoneEvent);
}

TEST(MiiOpenAiTest, TheRoleComesEarlyAndNoUsageEver) {
  EXPECT_EQ(WriteStream("deepspeed-mii", kChat, {.tokens = 1, .flags = {Flag::kUsage}}),
            Chunk(R"({"index":0,"delta":{"role":"assistant"},"finish_reason":null})") +
                Chunk(R"({"index":0,"delta":{"content":"The"},"finish_reason":null})") +
                Chunk(R"({"index":0,"delta":{},"finish_reason":"length"})") + kDoneEvent);
}

TEST(SglangChatTest, TheFinishIsAChunkOfItsOwn) {
  const auto chunk = [](const std::string& choices, const std::string& usage) {
    return Event(
        R"({"id":"0000009f","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[)" +
        choices + R"(],"usage":)" + usage + "}");
  };
  EXPECT_EQ(
      WriteStream("sglang", kChat,
                  {.by_limit = false, .flags = {Flag::kUsage}, .reasoning_tokens = 1}),
      chunk(
          R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null,"matched_stop":null})",
          "null") +
          chunk(
              R"({"index":0,"delta":{"reasoning_content":"The"},"logprobs":null,"finish_reason":null,"matched_stop":null})",
              "null") +
          chunk(
              R"({"index":0,"delta":{"content":" monsoon"},"logprobs":null,"finish_reason":null,"matched_stop":null})",
              "null") +
          chunk(R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"stop","matched_stop":2})",
                "null") +
          chunk(
              "",
              R"({"prompt_tokens":11,"total_tokens":13,"completion_tokens":2,"prompt_tokens_details":null,"reasoning_tokens":1})") +
          kDoneEvent);
}

TEST(LlamaCppChatTest, ChoicesComeFirst) {
  const auto chunk = [](const std::string& choices, const std::string& tail) {
    return R"(data: {"choices":[)" + choices +
           R"(],"created":1770000000,"id":"chatcmpl-0000009f","model":"m","system_fingerprint":"b0000-mock","object":"chat.completion.chunk")" +
           tail;
  };
  const std::string stream =
      WriteStream("llama.cpp", kChat, {.tokens = 1, .flags = {Flag::kUsage}});
  EXPECT_TRUE(stream.starts_with(
      chunk(R"({"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}})",
            "}\n\n") +
      chunk(R"({"finish_reason":null,"index":0,"delta":{"content":"The"}})", "}\n\n") +
      chunk(R"({"finish_reason":"length","index":0,"delta":{}})", "}\n\n") +
      chunk(
          "",
          R"(,"usage":{"prompt_tokens":11,"completion_tokens":1,"total_tokens":12},"timings":{)")))
      << stream;
}

TEST(OllamaChatTest, TheFirstChunkHasRoleAndText) {
  const std::string stream = WriteStream("ollama", kChat);
  EXPECT_NE(stream.find(
                R"({"index":0,"delta":{"role":"assistant","content":"The"},"finish_reason":null})"),
            std::string::npos);
  EXPECT_NE(stream.find(R"({"index":0,"delta":{"content":" monsoon"},"finish_reason":null})"),
            std::string::npos);
  EXPECT_NE(stream.find(R"("finish_reason":"length"})"), std::string::npos);
}

TEST(AzureTest, FiltersSpeakWithoutChoicesAndWithoutDeltas) {
  const std::string stream =
      WriteStream("azure", "/openai/deployments/*/chat/completions", {.flags = {Flag::kUsage}});
  EXPECT_TRUE(stream.starts_with(
      R"(data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,)"))
      << stream;
  EXPECT_NE(
      stream.find(
          R"({"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"delta":{"content":"The"},"finish_reason":null,"index":0,"logprobs":null}],)"),
      std::string::npos);
  EXPECT_NE(stream.find(R"("content_filter_results":{},"finish_reason":null,"index":0}],)"),
            std::string::npos);
  EXPECT_TRUE(stream.ends_with(kDoneEvent));
}

TEST(DashscopeCompatibleTest, IsOpenAiWithItsOwnOrder) {
  const std::string stream =
      WriteStream("dashscope", "/compatible-mode/v1/chat/completions", {.reasoning_tokens = 1});
  EXPECT_NE(
      stream.find(
          R"({"finish_reason":null,"logprobs":null,"delta":{"reasoning_content":"The"},"index":0})"),
      std::string::npos);
  EXPECT_TRUE(stream.ends_with(kDoneEvent));
}

}  // namespace
}  // namespace monsoon::mock_engine
