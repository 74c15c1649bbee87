#include <gtest/gtest.h>

#include <string>

#include "tests/mock_engine/event_renderer.h"

namespace monsoon::mock_engine {
namespace {

AnswerIdentity Identity() {
  AnswerIdentity identity;
  identity.request_index = 0x9f;
  identity.model = "m";
  identity.created_s = 1770000000;
  identity.reasoning_field = "reasoning";
  return identity;
}

// Words 0, 1, ... are "The", " monsoon", ...; word 5 is U+5B63 U+98CE after a blank.
std::string Tokens(Dialect dialect, const AnswerIdentity& identity, const Chunk& chunk,
                   std::string_view finish = "") {
  std::string out;
  MakeRenderer(dialect, identity)
      ->AppendTokens(chunk, finish, {11, chunk.first_token + chunk.tokens}, &out);
  return out;
}

const char kVllmBegin[] =
    R"(data: {"id":"chatcmpl-0000009f","object":"chat.completion.chunk","created":1770000000,"model":"m","choices":[)";

TEST(VllmRendererTest, TheRoleComesWithTheFirstToken) {
  EXPECT_EQ(
      Tokens(Dialect::kVllm, Identity(), {0, 1}),
      std::string(kVllmBegin) +
          R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null})"
          "\n\n" +
          kVllmBegin +
          R"({"index":0,"delta":{"content":"The"},"logprobs":null,"finish_reason":null,"token_ids":null}]})"
          "\n\n");
}

TEST(VllmRendererTest, TheFinishReasonComesWithTheLastToken) {
  EXPECT_EQ(Tokens(Dialect::kVllm, Identity(), {4, 2, false, true}, "stop"),
            std::string(kVllmBegin) +
                "{\"index\":0,\"delta\":{\"content\":\", \u5b63\u98ce\"},\"logprobs\":null,"
                R"("finish_reason":"stop","stop_reason":null,"token_ids":null}]})"
                "\n\n");
}

TEST(VllmRendererTest, ReasoningHasItsField) {
  EXPECT_NE(
      Tokens(Dialect::kVllm, Identity(), {1, 1, true}).find(R"("delta":{"reasoning":" monsoon"})"),
      std::string::npos);
}

TEST(VllmRendererTest, ContinuousUsageIsOnEveryEvent) {
  AnswerIdentity identity = Identity();
  identity.continuous_usage = true;
  const std::string events = Tokens(Dialect::kVllm, identity, {0, 3});
  EXPECT_NE(events.find(R"("usage":{"prompt_tokens":11,"total_tokens":11,"completion_tokens":0}})"),
            std::string::npos);
  EXPECT_NE(events.find(R"("usage":{"prompt_tokens":11,"total_tokens":14,"completion_tokens":3}})"),
            std::string::npos);
}

TEST(VllmRendererTest, UsageAndError) {
  std::string out;
  auto renderer = MakeRenderer(Dialect::kVllm, Identity());
  renderer->AppendUsage({11, 5, 8}, &out);
  EXPECT_EQ(
      out,
      std::string(kVllmBegin) +
          R"(],"usage":{"prompt_tokens":11,"total_tokens":16,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":8}}})"
          "\n\n");
  out.clear();
  renderer->AppendError({500, "InternalServerError", "EngineCore died"}, &out);
  EXPECT_EQ(
      out,
      R"(data: {"error":{"message":"EngineCore died","type":"InternalServerError","param":null,"code":500}})"
      "\n\n");
  EXPECT_EQ(ErrorBody(Dialect::kVllm, {401, "x", "y"}), R"({"error":"Unauthorized"})");
}

TEST(VllmRendererTest, WholeAnswer) {
  EXPECT_EQ(
      MakeRenderer(Dialect::kVllm, Identity())->WholeAnswer(1, "length", {11, 3}),
      R"({"id":"chatcmpl-0000009f","object":"chat.completion","created":1770000000,"model":"m",)"
      R"("choices":[{"index":0,"message":{"role":"assistant","content":" monsoon brings","reasoning":"The","tool_calls":[]},)"
      R"("logprobs":null,"finish_reason":"length","stop_reason":null}],)"
      R"("usage":{"prompt_tokens":11,"total_tokens":14,"completion_tokens":3}})");
}

const char kLmdeployBegin[] =
    R"(data: {"id": "160", "object": "chat.completion.chunk", "created": 1770000000, "model": "m", "choices": [)";

TEST(LmdeployRendererTest, EveryDeltaHasTheRoleAndTextIsAscii) {
  EXPECT_EQ(Tokens(Dialect::kLmdeploy, Identity(), {0, 1}),
            std::string(kLmdeployBegin) +
                R"({"index": 0, "delta": {"role": "assistant", "content": "The"}}]})"
                "\n\n");
  EXPECT_EQ(
      Tokens(Dialect::kLmdeploy, Identity(), {8, 1, false, true}, "stop"),
      std::string(kLmdeployBegin) +
          R"({"index": 0, "delta": {"role": "assistant", "content": "\ud83c\udf27"}, "finish_reason": "stop"}]})"
          "\n\n");
}

TEST(LmdeployRendererTest, UsageIsNullUntilTheEnd) {
  AnswerIdentity identity = Identity();
  identity.usage_in_stream = true;
  EXPECT_TRUE(Tokens(Dialect::kLmdeploy, identity, {0, 1}).ends_with("}], \"usage\": null}\n\n"));
  std::string out;
  MakeRenderer(Dialect::kLmdeploy, identity)->AppendUsage({11, 2}, &out);
  EXPECT_EQ(out,
            std::string(kLmdeployBegin) +
                R"(], "usage": {"prompt_tokens": 11, "total_tokens": 13, "completion_tokens": 2}})"
                "\n\n");
}

TEST(LmdeployRendererTest, ErrorsAreFlat) {
  EXPECT_EQ(
      ErrorBody(Dialect::kLmdeploy, {404, "NotFoundError", "No."}),
      R"({"message": "No.", "type": "NotFoundError", "code": 404, "param": null, "object": "error"})");
  std::string out;
  MakeRenderer(Dialect::kLmdeploy, Identity())->AppendError({500, "E", "x"}, &out);
  EXPECT_EQ(
      out,
      R"(data: {"error": {"message": "x", "type": "E", "code": 500, "param": null, "object": "error"}})"
      "\n\n");
}

TEST(LmdeployRendererTest, WholeAnswer) {
  EXPECT_EQ(
      MakeRenderer(Dialect::kLmdeploy, Identity())->WholeAnswer(0, "stop", {11, 2}),
      R"({"id": "160", "object": "chat.completion", "created": 1770000000, "model": "m", )"
      R"("choices": [{"index": 0, "message": {"role": "assistant", "content": "The monsoon"}, "finish_reason": "stop"}], )"
      R"("usage": {"prompt_tokens": 11, "total_tokens": 13, "completion_tokens": 2}})");
}

}  // namespace
}  // namespace monsoon::mock_engine
