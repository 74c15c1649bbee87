// Request bodies and headers of the OpenAI family beyond chat: completions, Responses, Messages,
// embeddings and rerank; and what differs from chat to chat.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "agent/core/engine/adapter_registry.h"
#include "common/model/engine_type.h"
#include "tests/agent/engine/decode.h"

namespace monsoon {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

const Item kHi = {ItemKind::kPrompt, "Say hi"};
const Item kChat = {ItemKind::kMessages, R"([{"role":"system","content":"Be brief."},)"
                                         R"({"role":"user","content":"Say hi"}])"};

AgentCase On(const std::string& type, const std::string& route) {
  AgentCase agent_case = CaseFor(type);
  agent_case.engine.route = route;
  return agent_case;
}

AgentCase Bare(const std::string& type, const std::string& route) {
  AgentCase agent_case = On(type, route);
  agent_case.sampling.max_tokens.reset();
  agent_case.sampling.temperature.reset();
  return agent_case;
}

std::string Body(const AgentCase& agent_case, const Item& item, const std::string& prefix = "") {
  const auto adapter = MakeEngineAdapter(agent_case);
  EXPECT_TRUE(adapter.ok()) << adapter.status();
  const auto body = (*adapter)->BuildBody(item, prefix);
  EXPECT_TRUE(body.ok()) << body.status();
  return body.ok() ? *body : "";
}

std::string BodyError(const AgentCase& agent_case, const Item& item,
                      const std::string& prefix = "") {
  const auto body = MakeEngineAdapter(agent_case).value()->BuildBody(item, prefix);
  EXPECT_EQ(body.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(body.status().message());
}

std::string CreateError(const AgentCase& agent_case) {
  const auto adapter = MakeEngineAdapter(agent_case);
  EXPECT_EQ(adapter.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(adapter.status().message());
}

// ---- Completions --------------------------------------------------------------------------------

TEST(Completions, APromptIsSentRaw) {
  for (const char* type : {"openai", "vllm", "lmdeploy", "trtllm-serve", "tgi", "sglang",
                           "llama.cpp", "ollama", "azure"}) {
    EXPECT_EQ(Body(On(type, "completions"), kHi),
              R"({"model":"m","prompt":"Say hi","max_tokens":512,"temperature":0.0,)"
              R"("stream":true,"stream_options":{"include_usage":true}})")
        << type;
  }
}

TEST(Completions, WithoutStreaming) {
  AgentCase agent_case = Bare("vllm", "completions");
  agent_case.sampling.stream = false;
  EXPECT_EQ(Body(agent_case, kHi), R"({"model":"m","prompt":"Say hi"})");
}

TEST(Completions, ChatsGoThroughThePromptTemplate) {
  AgentCase agent_case = Bare("vllm", "completions");
  agent_case.engine.prompt_template = "chatml";
  EXPECT_THAT(Body(agent_case, kChat),
              HasSubstr(R"("prompt":"<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n)"
                        R"(Say hi<|im_end|>\n<|im_start|>assistant\n")"));
}

TEST(Completions, WholeBodies) {
  const AgentCase agent_case = Bare("vllm", "completions");
  const auto body = [](const std::string& json) { return Item{ItemKind::kBody, json}; };
  EXPECT_EQ(Body(agent_case, body(R"({"prompt":[1,2,3],"max_tokens":9,"model":"x"})")),
            R"({"prompt":[1,2,3],"max_tokens":9,"model":"m","stream":true,)"
            R"("stream_options":{"include_usage":true}})");
  EXPECT_THAT(Body(agent_case, body(R"({"prompt":"a"})"), "[7] "), HasSubstr(R"("[7] a")"));
  EXPECT_THAT(Body(agent_case, body(R"({"prompt":["a","b"]})"), "[7] "),
              HasSubstr(R"(["[7] a","b"])"));
  EXPECT_THAT(BodyError(agent_case, body(R"({"prompt":[1,2]})"), "[7] "), HasSubstr("token ids"));
  for (const char* json : {"{}", R"({"prompt":""})", R"({"prompt":[]})", R"({"prompt":null})",
                           R"({"messages":[{}]})"}) {
    EXPECT_THAT(BodyError(agent_case, body(json)), HasSubstr("no prompt")) << json;
  }
  EXPECT_THAT(BodyError(agent_case, body("[]")), HasSubstr("must be a JSON object"));
  EXPECT_THAT(BodyError(agent_case, {ItemKind::kTexts, R"(["a"])"}), HasSubstr("raw prompts"));
}

TEST(Completions, NamesOfParametersDifferFromChat) {
  AgentCase agent_case = Bare("lmdeploy", "completions");
  agent_case.sampling.min_tokens = 5;
  EXPECT_THAT(CreateError(agent_case), HasSubstr("min_tokens"));
  agent_case.engine.route = "chat";
  EXPECT_THAT(Body(agent_case, kHi), HasSubstr(R"("min_new_tokens":5)"));
  agent_case = Bare("llama.cpp", "completions");
  agent_case.sampling.repetition_penalty = 1.5;
  EXPECT_THAT(Body(agent_case, kHi), HasSubstr(R"("repeat_penalty":1.5)"));
  agent_case = Bare("tgi", "chat");
  agent_case.sampling.ignore_eos = true;
  EXPECT_THAT(CreateError(agent_case), HasSubstr("ignore_eos"));
}

// Its server knows no stream_options, and streams no usage.
TEST(Completions, DeepSpeedMiiIsSentNoStreamOptions) {
  EXPECT_EQ(Body(Bare("deepspeed-mii", "completions"), kHi),
            R"({"model":"m","prompt":"Say hi","stream":true})");
  EXPECT_THAT(Body(Bare("deepspeed-mii", "chat"), kHi), Not(HasSubstr("stream_options")));
}

// ---- Responses ----------------------------------------------------------------------------------

TEST(Responses, DefaultBody) {
  for (const char* type :
       {"openai", "vllm", "lmdeploy", "trtllm-serve", "sglang", "llama.cpp", "ollama", "azure"}) {
    EXPECT_EQ(Body(On(type, "responses"), kHi),
              R"({"model":"m","input":"Say hi","store":false,"max_output_tokens":512,)"
              R"("temperature":0.0,"stream":true})")
        << type;
  }
  AgentCase agent_case = Bare("openai", "responses");
  agent_case.sampling.stream = false;
  EXPECT_EQ(Body(agent_case, kHi), R"({"model":"m","input":"Say hi","store":false})");
}

TEST(Responses, MessagesAreInputItems) {
  const AgentCase agent_case = Bare("openai", "responses");
  EXPECT_THAT(Body(agent_case, kChat, "[7] "),
              HasSubstr(R"("input":[{"role":"system","content":"[7] Be brief."},)"
                        R"({"role":"user","content":"Say hi"}])"));
  EXPECT_THAT(Body(agent_case,
                   {ItemKind::kMessages,
                    R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url",)"
                    R"("image_url":{"url":"data:,x","detail":"low"}}]},)"
                    R"({"role":"assistant","content":[{"type":"text","text":"b"}]}])"}),
              HasSubstr(R"([{"role":"user","content":[{"type":"input_text","text":"a"},)"
                        R"({"type":"input_image","image_url":"data:,x"}]},)"
                        R"({"role":"assistant","content":[{"type":"output_text","text":"b"}]}])"));
}

TEST(Responses, SystemPromptAndWholeBodies) {
  AgentCase agent_case = Bare("openai", "responses");
  agent_case.engine.system_prompt = "Be kind.";
  EXPECT_THAT(Body(agent_case, kHi), HasSubstr(R"("instructions":"Be kind.")"));
  EXPECT_THAT(Body(agent_case, kChat), Not(HasSubstr("instructions")));
  EXPECT_EQ(Body(agent_case,
                 {ItemKind::kBody, R"({"input":"a","instructions":"b","store":true,)"
                                   R"("stream":false})"},
                 "[7] "),
            R"({"input":"[7] a","instructions":"b","store":true,"stream":true,"model":"m"})");
  for (const char* json : {"{}", R"({"input":[]})", R"({"messages":[]})"}) {
    EXPECT_THAT(BodyError(agent_case, {ItemKind::kBody, json}), HasSubstr("no input")) << json;
  }
}

TEST(Responses, WhatEnginesTakeBeyondOpenAi) {
  AgentCase agent_case = Bare("vllm", "responses");
  agent_case.sampling.ignore_eos = true;
  agent_case.sampling.stop = {"END"};
  EXPECT_THAT(Body(agent_case, kHi), HasSubstr(R"("stop":["END"],"ignore_eos":true)"));
  agent_case.sampling.min_tokens = 5;
  EXPECT_THAT(CreateError(agent_case), HasSubstr("route responses, has no parameter min_tokens"));
  agent_case = Bare("openai", "responses");
  agent_case.sampling.seed = 1;
  EXPECT_THAT(CreateError(agent_case), HasSubstr("seed"));
}

// ---- Messages -----------------------------------------------------------------------------------

TEST(Messages, DefaultBodyAndHeaders) {
  AgentCase agent_case = CaseFor("anthropic");
  agent_case.engine.api_key = Secret("sk-1");
  EXPECT_EQ(Body(agent_case, kHi),
            R"({"model":"m","messages":[{"role":"user","content":"Say hi"}],"max_tokens":512,)"
            R"("temperature":0.0,"stream":true})");
  const auto headers = MakeEngineAdapter(agent_case).value()->Headers();
  EXPECT_THAT(headers, Contains(Pair("x-api-key", "sk-1")));
  EXPECT_THAT(headers, Contains(Pair("anthropic-version", "2023-06-01")));
  EXPECT_THAT(headers, Not(Contains(Pair("Authorization", ::testing::_))));
}

// Compatible routes take the key as the engine's other routes do.
TEST(Messages, OtherEnginesTakeABearerToken) {
  AgentCase agent_case = On("vllm", "messages");
  agent_case.engine.api_key = Secret("sk-1");
  const auto headers = MakeEngineAdapter(agent_case).value()->Headers();
  EXPECT_THAT(headers, Contains(Pair("Authorization", "Bearer sk-1")));
  EXPECT_THAT(headers, Contains(Pair("anthropic-version", "2023-06-01")));
}

TEST(Messages, MaxTokensAreRequired) {
  AgentCase agent_case = Bare("anthropic", "");
  EXPECT_THAT(CreateError(agent_case), HasSubstr("requires max_tokens"));
  agent_case.engine.extra_body_json = R"({"max_tokens":7})";
  EXPECT_THAT(Body(agent_case, kHi), HasSubstr(R"("max_tokens":7)"));
}

TEST(Messages, StopSequencesAndWhatIsLacking) {
  AgentCase agent_case = CaseFor("anthropic");
  agent_case.sampling.stop = {"END"};
  agent_case.sampling.top_k = 3;
  EXPECT_THAT(Body(agent_case, kHi), HasSubstr(R"("stop_sequences":["END"],"top_k":3)"));
  agent_case.sampling.seed = 1;
  EXPECT_THAT(CreateError(agent_case), HasSubstr("seed"));
}

TEST(Messages, SystemMessagesMove) {
  const AgentCase agent_case = CaseFor("anthropic");
  EXPECT_THAT(Body(agent_case, kChat),
              HasSubstr(R"({"model":"m","messages":[{"role":"user","content":"Say hi"}],)"
                        R"("system":"Be brief.",)"));
  EXPECT_THAT(
      Body(agent_case, {ItemKind::kMessages,
                        R"([{"role":"developer","content":"a"},{"role":"user","content":"u"},)"
                        R"({"role":"system","content":"b"}])"}),
      HasSubstr(R"("system":"a\n\nb")"));
  EXPECT_THAT(
      Body(
          agent_case,
          {ItemKind::kMessages,
           R"([{"role":"system","content":"a"},{"role":"system","content":[{"type":"text",)"
           R"("text":"b","cache_control":{"type":"ephemeral"}}]},{"role":"user","content":"u"}])"}),
      HasSubstr(R"("system":[{"type":"text","text":"a"},{"type":"text","text":"b",)"
                R"("cache_control":{"type":"ephemeral"}}])"));
  EXPECT_THAT(BodyError(agent_case, {ItemKind::kMessages, R"([{"role":"system","content":"a"}])"}),
              HasSubstr("no messages of user or assistant"));
}

TEST(Messages, SystemPromptAndCacheBust) {
  AgentCase agent_case = CaseFor("anthropic");
  EXPECT_THAT(Body(agent_case, kHi, "[7] "), HasSubstr(R"("content":"[7] Say hi")"));
  EXPECT_THAT(Body(agent_case, kChat, "[7] "), HasSubstr(R"("system":"[7] Be brief.")"));
  agent_case.engine.system_prompt = "Be kind.";
  EXPECT_THAT(Body(agent_case, kHi, "[7] "),
              HasSubstr(R"([{"role":"user","content":"Say hi"}],"system":"[7] Be kind.")"));
  EXPECT_THAT(Body(agent_case, kChat), HasSubstr(R"("system":"Be brief.")"));
}

TEST(Messages, WholeBodiesStayAsTheyAre) {
  EXPECT_EQ(Body(CaseFor("anthropic"),
                 {ItemKind::kBody, R"({"max_tokens":9,"thinking":{"type":"disabled"},)"
                                   R"("messages":[{"role":"user","content":"a"}]})"}),
            R"({"max_tokens":9,"thinking":{"type":"disabled"},)"
            R"("messages":[{"role":"user","content":"a"}],"temperature":0.0,"model":"m",)"
            R"("stream":true})");
}

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
