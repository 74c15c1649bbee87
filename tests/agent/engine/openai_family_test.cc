// Request bodies and headers of the OpenAI family beyond chat: completions, Responses, Messages;
// and what differs from chat to chat.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/agent/engine/request_bodies.h"

namespace monsoon {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

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

}  // namespace
}  // namespace monsoon
