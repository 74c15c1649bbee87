// Request bodies of embeddings and rerank; keys and paths of hosted APIs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/model/engine_type.h"
#include "tests/agent/engine/request_bodies.h"

namespace monsoon {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

// ---- Embeddings and rerank ----------------------------------------------------------------------

TEST(Embeddings, BodiesHaveNeitherSamplingNorStream) {
  const AgentCase agent_case = On("vllm", "embeddings");
  EXPECT_EQ(Body(agent_case, kHi), R"({"model":"m","input":"Say hi"})");
  EXPECT_EQ(Body(agent_case, {ItemKind::kTexts, R"(["a","b"])"}, "[7] "),
            R"({"model":"m","input":["[7] a","[7] b"]})");
  EXPECT_EQ(Body(agent_case, {ItemKind::kBody, R"({"input":["a"],"dimensions":8})"}, "[7] "),
            R"({"input":["[7] a"],"dimensions":8,"model":"m"})");
  EXPECT_EQ(Body(agent_case, {ItemKind::kBody, R"({"input":"a"})"}, "[7] "),
            R"({"input":"[7] a","model":"m"})");
  EXPECT_THAT(MakeEngineAdapter(agent_case).value()->Headers(),
              Contains(Pair("Accept", "application/json")));
}

TEST(Embeddings, APromptTemplateIsPutAroundEachText) {
  AgentCase agent_case = On("openai", "embeddings");
  agent_case.engine.prompt_template = "query: {prompt}";
  EXPECT_EQ(Body(agent_case, {ItemKind::kTexts, R"(["a","b"])"}),
            R"({"model":"m","input":["query: a","query: b"]})");
}

TEST(Embeddings, WhatCannotBeSent) {
  AgentCase agent_case = On("vllm", "embeddings");
  for (const char* json : {"[]", "[1]", R"(["a",null])"}) {
    EXPECT_THAT(BodyError(agent_case, {ItemKind::kTexts, json}), HasSubstr("no texts")) << json;
  }
  EXPECT_THAT(BodyError(agent_case, {ItemKind::kTexts, "{}"}), HasSubstr("must be a JSON array"));
  EXPECT_THAT(BodyError(agent_case, {ItemKind::kBody, "{}"}), HasSubstr("no texts"));
  EXPECT_THAT(BodyError(agent_case, {ItemKind::kBody, R"({"input":[[1,2]]})"}, "[7] "),
              HasSubstr("token ids"));
  EXPECT_THAT(BodyError(agent_case, kChat), HasSubstr("this route takes texts"));
  agent_case.sampling.top_p = 0.5;
  EXPECT_THAT(CreateError(agent_case), HasSubstr("top_p"));
}

TEST(Rerank, BothShapes) {
  const Item item = {ItemKind::kRerank, R"({"query":"q","documents":["a","b"]})"};
  for (const char* type : {"openai", "vllm", "sglang", "llama.cpp"}) {
    EXPECT_EQ(Body(On(type, "rerank"), item, "[7] "),
              R"({"model":"m","query":"[7] q","documents":["a","b"]})")
        << type;
  }
  EXPECT_EQ(Body(On("tgi", "rerank"), item), R"({"query":"q","texts":["a","b"]})");
}

TEST(Rerank, WholeBodiesAndErrors) {
  const AgentCase agent_case = On("vllm", "rerank");
  EXPECT_EQ(Body(agent_case, {ItemKind::kBody, R"({"query":"q","documents":["a"],"top_n":1})"}),
            R"({"query":"q","documents":["a"],"top_n":1,"model":"m"})");
  EXPECT_THAT(BodyError(agent_case, {ItemKind::kRerank, R"({"documents":["a"]})"}),
              HasSubstr("no query"));
  EXPECT_THAT(BodyError(agent_case, {ItemKind::kRerank, R"({"query":"q","documents":[]})"}),
              HasSubstr("no documents"));
  EXPECT_THAT(BodyError(On("tgi", "rerank"), {ItemKind::kBody, R"({"query":"q","documents":[1]})"}),
              HasSubstr("no texts"));
  EXPECT_THAT(BodyError(agent_case, {ItemKind::kRerank, "[]"}), HasSubstr("a query and documents"));
  EXPECT_THAT(BodyError(agent_case, kHi), HasSubstr("takes a query with documents"));
}

// ---- Keys and paths of hosted APIs --------------------------------------------------------------

TEST(HostedApis, Keys) {
  const auto headers = [](const std::string& type, const std::string& route) {
    AgentCase agent_case = On(type, route);
    agent_case.engine.api_key = Secret("k");
    return MakeEngineAdapter(agent_case).value()->Headers();
  };
  for (const char* route : {"chat", "completions", "responses", "embeddings"}) {
    EXPECT_THAT(headers("azure", route), Contains(Pair("api-key", "k"))) << route;
    EXPECT_THAT(headers("azure", route), Not(Contains(Pair("Authorization", ::testing::_))));
  }
  EXPECT_THAT(headers("dashscope", "chat"), Contains(Pair("Authorization", "Bearer k")));
  EXPECT_THAT(headers("openai", "responses"), Contains(Pair("Authorization", "Bearer k")));
}

TEST(HostedApis, DashscopeCompatibleMode) {
  AgentCase agent_case = On("dashscope", "chat");
  agent_case.sampling.top_k = 3;
  EXPECT_EQ(
      Body(agent_case, kHi),
      R"({"model":"m","messages":[{"role":"user","content":"Say hi"}],"max_tokens":512,)"
      R"("temperature":0.0,"top_k":3,"stream":true,"stream_options":{"include_usage":true}})");
  agent_case.sampling.frequency_penalty = 1;
  EXPECT_THAT(CreateError(agent_case), HasSubstr("frequency_penalty"));
}

TEST(HostedApis, RoutesByThePathOfTheUrl) {
  const auto route = [](const char* type, const char* path) {
    return std::string(InferEngineRoute(*FindEngineType(type), path).name);
  };
  EXPECT_EQ(route("azure", "/openai/deployments/d/chat/completions"), "chat");
  EXPECT_EQ(route("azure", "/openai/deployments/d/completions"), "completions");
  EXPECT_EQ(route("azure", "/openai/v1/chat/completions"), "chat");
  EXPECT_EQ(route("azure", "/openai/responses"), "responses");
  EXPECT_EQ(route("azure", "/openai/deployments/d/embeddings"), "embeddings");
  EXPECT_EQ(route("dashscope", "/compatible-mode/v1/chat/completions"), "chat");
  EXPECT_EQ(route("vllm", "/rerank"), "rerank");
  EXPECT_EQ(route("vllm", "/v2/rerank"), "rerank");
  EXPECT_EQ(route("tgi", "/rerank"), "rerank");
  EXPECT_EQ(route("openai", "/v1/responses"), "responses");
  EXPECT_EQ(route("openai", "/somewhere"), "chat");
}

}  // namespace
}  // namespace monsoon
