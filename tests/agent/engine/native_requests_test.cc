// Request bodies and headers of the native routes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "agent/core/engine/adapter_registry.h"
#include "tests/agent/engine/decode.h"

namespace monsoon {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

const Item kHi = {ItemKind::kPrompt, "Say hi"};

AgentCase RouteCase(const std::string& type, const std::string& route = "native") {
  AgentCase agent_case = CaseFor(type);
  agent_case.engine.route = route;
  return agent_case;
}

AgentCase NoStream(AgentCase agent_case) {
  agent_case.sampling.stream = false;
  return agent_case;
}

std::string Body(const AgentCase& agent_case, const Item& item = kHi,
                 const std::string& prefix = "") {
  const auto adapter = MakeEngineAdapter(agent_case);
  EXPECT_TRUE(adapter.ok()) << adapter.status();
  if (!adapter.ok()) return "";
  const auto body = (*adapter)->BuildBody(item, prefix);
  EXPECT_TRUE(body.ok()) << body.status();
  return body.value_or("");
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

TEST(NativeRequests, DefaultBodies) {
  EXPECT_EQ(Body(RouteCase("triton")),
            R"({"text_input":"Say hi","max_tokens":512,"temperature":0.0,"bad_words":"",)"
            R"("stop_words":"","exclude_input_in_output":true,"return_num_input_tokens":true,)"
            R"("return_num_output_tokens":true,"stream":true})");
  EXPECT_EQ(Body(RouteCase("triton", "llm-api")),
            R"({"text_input":"Say hi","sampling_param_max_tokens":512,)"
            R"("sampling_param_temperature":0.0,"sampling_param_exclude_input_from_output":true,)"
            R"("streaming":true})");
  EXPECT_EQ(Body(RouteCase("triton", "vllm-backend")),
            R"({"text_input":"Say hi","parameters":{"max_tokens":512,"temperature":0.0},)"
            R"("exclude_input_in_output":true,"stream":true})");
  EXPECT_EQ(Body(RouteCase("tgi")),
            R"({"inputs":"Say hi","parameters":{"max_new_tokens":512,"do_sample":false,)"
            R"("details":true,"return_full_text":false}})");
  EXPECT_EQ(Body(RouteCase("lmdeploy")),
            R"({"prompt":"Say hi","max_tokens":512,"temperature":0.0,"stream":true})");
  EXPECT_EQ(Body(RouteCase("sglang")),
            R"({"text":"Say hi","sampling_params":{"max_new_tokens":512,"temperature":0.0},)"
            R"("stream":true})");
  EXPECT_EQ(Body(RouteCase("llama.cpp")),
            R"({"prompt":"Say hi","n_predict":512,"temperature":0.0,"stream":true})");
  EXPECT_EQ(Body(RouteCase("ollama")),
            R"({"model":"m","messages":[{"role":"user","content":"Say hi"}],)"
            R"("options":{"num_predict":512,"temperature":0.0},"stream":true})");
  EXPECT_EQ(Body(RouteCase("ollama", "generate")),
            R"({"model":"m","prompt":"Say hi","options":{"num_predict":512,"temperature":0.0},)"
            R"("stream":true})");
  EXPECT_EQ(Body(RouteCase("deepspeed-mii")),
            R"({"prompt":"Say hi","max_tokens":512,"temperature":0.0,"max_length":32768,)"
            R"("stream":true})");
  EXPECT_EQ(Body(RouteCase("deepspeed-mii", "gateway")),
            R"({"prompts":["Say hi"],"max_new_tokens":512,"do_sample":false,"max_length":32768,)"
            R"("return_full_text":false})");
  EXPECT_EQ(Body(RouteCase("dashscope")),
            R"({"model":"m","input":{"messages":[{"role":"user","content":"Say hi"}]},)"
            R"("parameters":{"max_tokens":512,"temperature":0.0,"result_format":"message",)"
            R"("incremental_output":true}})");
}

TEST(NativeRequests, WithoutStreaming) {
  EXPECT_THAT(Body(NoStream(RouteCase("triton"))), Not(HasSubstr("\"stream\"")));
  EXPECT_THAT(Body(NoStream(RouteCase("sglang"))), Not(HasSubstr("stream")));
  EXPECT_THAT(Body(NoStream(RouteCase("ollama"))), HasSubstr(R"("stream":false)"));
  EXPECT_THAT(Body(NoStream(RouteCase("ollama", "generate"))), HasSubstr(R"("stream":false)"));
  EXPECT_THAT(Body(NoStream(RouteCase("dashscope"))), Not(HasSubstr("incremental_output")));
}

Sampling Everything() {
  return {.max_tokens = 64,
          .temperature = 0.5,
          .top_p = 0.25,
          .top_k = 3,
          .repetition_penalty = 1.5,
          .stop = {"END"}};
}

TEST(NativeRequests, SamplingUnderTheEnginesOwnNames) {
  AgentCase tgi = RouteCase("tgi");
  tgi.sampling = Everything();
  tgi.sampling.seed = 42;
  EXPECT_THAT(Body(tgi), HasSubstr(R"("parameters":{"max_new_tokens":64,"temperature":0.5,)"
                                   R"("top_p":0.25,"seed":42,"stop":["END"],"top_k":3,)"
                                   R"("repetition_penalty":1.5,"do_sample":true,)"));
  AgentCase sglang = RouteCase("sglang");
  sglang.sampling = Everything();
  sglang.sampling.min_tokens = 9;
  sglang.sampling.seed = 42;
  sglang.sampling.ignore_eos = true;
  EXPECT_THAT(Body(sglang),
              HasSubstr(R"("sampling_params":{"max_new_tokens":64,"temperature":0.5,"top_p":0.25,)"
                        R"("sampling_seed":42,"stop":["END"],"min_new_tokens":9,)"
                        R"("ignore_eos":true,"top_k":3,"repetition_penalty":1.5})"));
  AgentCase llama = RouteCase("llama.cpp");
  llama.sampling = Everything();
  EXPECT_THAT(Body(llama), HasSubstr(R"("n_predict":64,"temperature":0.5,"top_p":0.25,)"
                                     R"("stop":["END"],"top_k":3,"repeat_penalty":1.5)"));
  AgentCase triton = RouteCase("triton");
  triton.sampling = Everything();
  EXPECT_THAT(Body(triton), HasSubstr(R"("stop_words":["END"])"));
}

TEST(NativeRequests, WhatARouteLacksIsRefusedByName) {
  const auto refusal = [](AgentCase agent_case, auto set) {
    set(agent_case.sampling);
    return CreateError(agent_case);
  };
  EXPECT_THAT(refusal(RouteCase("tgi"), [](Sampling& s) { s.min_tokens = 1; }),
              HasSubstr("engine type \"tgi\", route native, has no parameter min_tokens"));
  EXPECT_THAT(refusal(RouteCase("tgi"), [](Sampling& s) { s.ignore_eos = true; }),
              HasSubstr("ignore_eos"));
  EXPECT_THAT(refusal(RouteCase("triton"), [](Sampling& s) { s.ignore_eos = true; }),
              HasSubstr("set min_tokens to max_tokens instead"));
  EXPECT_THAT(refusal(RouteCase("ollama"), [](Sampling& s) { s.ignore_eos = true; }),
              HasSubstr("route native, has no parameter ignore_eos"));
  EXPECT_THAT(refusal(RouteCase("deepspeed-mii"), [](Sampling& s) { s.seed = 1; }),
              HasSubstr("seed"));
  EXPECT_THAT(refusal(RouteCase("dashscope"), [](Sampling& s) { s.frequency_penalty = 1; }),
              HasSubstr("frequency_penalty"));
  EXPECT_THAT(refusal(RouteCase("triton", "vllm-backend"), [](Sampling& s) { s.stop = {"a"}; }),
              HasSubstr("stop"));
}

TEST(NativeRequests, ItemsThatSayTheirOwnLength) {
  const Item item = {ItemKind::kPrompt, "Say hi", 7};
  EXPECT_THAT(Body(RouteCase("triton"), item),
              HasSubstr(R"("max_tokens":7,"temperature":0.0,"min_tokens":7)"));
  EXPECT_THAT(Body(RouteCase("sglang"), item),
              HasSubstr(R"({"max_new_tokens":7,"temperature":0.0,"min_new_tokens":7,)"
                        R"("ignore_eos":true})"));
  EXPECT_THAT(Body(RouteCase("llama.cpp"), item),
              HasSubstr(R"("n_predict":7,"temperature":0.0,"ignore_eos":true)"));
  EXPECT_THAT(Body(RouteCase("tgi"), item), HasSubstr(R"({"max_new_tokens":7,"do_sample")"));
  EXPECT_THAT(Body(RouteCase("vllm", "chat"), item),
              HasSubstr(R"("max_tokens":7,"temperature":0.0,"min_tokens":7,"ignore_eos":true)"));
  EXPECT_THAT(
      Body(RouteCase("vllm", "chat"),
           {ItemKind::kBody, R"({"messages":[{}],"max_tokens":1,"max_completion_tokens":2})", 7}),
      HasSubstr(R"("max_tokens":7)"));
}

TEST(NativeRequests, PromptTemplates) {
  AgentCase agent_case = RouteCase("triton");
  agent_case.engine.prompt_template = "chatml";
  agent_case.engine.system_prompt = "Be brief.";
  EXPECT_THAT(
      Body(agent_case, kHi, "[7] "),
      HasSubstr(R"("text_input":"<|im_start|>system\n[7] Be brief.<|im_end|>\n<|im_start|>user\n)"
                R"(Say hi<|im_end|>\n<|im_start|>assistant\n")"));
  agent_case.engine.prompt_template = "Q: {prompt}\nA:";
  agent_case.engine.system_prompt.clear();
  EXPECT_THAT(Body(agent_case), HasSubstr(R"("text_input":"Q: Say hi\nA:")"));
  agent_case.engine.prompt_template = "no place";
  EXPECT_THAT(CreateError(agent_case), HasSubstr("expected chatml, llama3, plain"));
}

TEST(NativeRequests, OllamaGenerateIsRawOnlyWithATemplateOfOurs) {
  AgentCase agent_case = RouteCase("ollama", "generate");
  agent_case.engine.system_prompt = "Be brief.";
  EXPECT_THAT(Body(agent_case),
              HasSubstr(R"({"model":"m","prompt":"Say hi","system":"Be brief.",)"));
  agent_case.engine.prompt_template = "plain";
  EXPECT_THAT(Body(agent_case),
              HasSubstr(R"({"model":"m","raw":true,"prompt":"Be brief.\n\nSay hi",)"));
}

TEST(NativeRequests, WholeBodiesWinAndLackNothing) {
  EXPECT_EQ(Body(RouteCase("tgi"),
                 {ItemKind::kBody, R"({"inputs":"a","parameters":{"max_new_tokens":1}})"}, "[7] "),
            R"({"inputs":"[7] a","parameters":{"max_new_tokens":1,"do_sample":false,)"
            R"("details":true,"return_full_text":false}})");
  EXPECT_THAT(Body(RouteCase("deepspeed-mii", "gateway"), {ItemKind::kBody, R"({"prompts":["a"]})"},
                   "[7] "),
              HasSubstr(R"({"prompts":["[7] a"])"));
  EXPECT_THAT(BodyError(RouteCase("triton"), {ItemKind::kBody, R"({"x":1})"}, "[7] "),
              HasSubstr("no text \"text_input\""));
  EXPECT_THAT(BodyError(RouteCase("triton"), {ItemKind::kBody, "[]"}),
              HasSubstr("must be a JSON object"));
  EXPECT_THAT(BodyError(RouteCase("dashscope"), {ItemKind::kBody, R"({"input":{"prompt":"a"}})"}),
              HasSubstr("no messages"));
  EXPECT_THAT(BodyError(RouteCase("triton"), {ItemKind::kTexts, R"(["a"])"}),
              HasSubstr("this route takes prompts"));
}

TEST(NativeRequests, ExtraBodyMergesDeepAndLast) {
  AgentCase agent_case = RouteCase("tgi");
  agent_case.engine.extra_body_json = R"({"parameters":{"details":null,"truncate":9}})";
  EXPECT_THAT(Body(agent_case), HasSubstr(R"("return_full_text":false,"truncate":9}})"));
  agent_case = RouteCase("triton", "llm-api");
  agent_case.engine.extra_body_json = R"({"streaming":false})";
  EXPECT_THAT(CreateError(agent_case), HasSubstr("may not set \"streaming\""));
}

TEST(NativeRequests, Headers) {
  const auto headers = [](const AgentCase& agent_case) {
    return MakeEngineAdapter(agent_case).value()->Headers();
  };
  EXPECT_THAT(headers(RouteCase("dashscope")), Contains(Pair("X-DashScope-SSE", "enable")));
  EXPECT_THAT(headers(NoStream(RouteCase("dashscope"))),
              Not(Contains(Pair("X-DashScope-SSE", "enable"))));
  EXPECT_THAT(headers(RouteCase("ollama")), Contains(Pair("Accept", "application/x-ndjson")));
  EXPECT_THAT(headers(RouteCase("deepspeed-mii", "gateway")),
              Contains(Pair("Accept", "application/json")));
}

TEST(NativeRequests, ChatsGetTheSystemPrompt) {
  AgentCase agent_case = RouteCase("ollama");
  agent_case.engine.system_prompt = "Be brief.";
  EXPECT_THAT(
      Body(agent_case, kHi, "[7] "),
      HasSubstr(R"("messages":[{"role":"system","content":"[7] Be brief."},{"role":"user")"));
  EXPECT_THAT(Body(agent_case,
                   {ItemKind::kMessages, R"([{"role":"system","content":"z"},{"role":"user"}])"}),
              HasSubstr(R"("messages":[{"role":"system","content":"z"},{"role":"user"}])"));
}

}  // namespace
}  // namespace monsoon
