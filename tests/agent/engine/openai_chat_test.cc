// Request bodies and headers of the chat completions engines.
#include "agent/core/engine/dialect/openai_chat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "agent/core/engine/adapter_registry.h"
#include "common/model/engine_type.h"
#include "tests/agent/engine/decode.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

const Item kHi = {ItemKind::kPrompt, "Say hi"};

std::string Body(const AgentCase& agent_case, const Item& item, const std::string& prefix = "") {
  const auto adapter = MakeEngineAdapter(agent_case);
  EXPECT_TRUE(adapter.ok()) << adapter.status();
  const auto body = (*adapter)->BuildBody(item, prefix);
  EXPECT_TRUE(body.ok()) << body.status();
  return body.ok() ? *body : "";
}

std::string BodyError(const Item& item, const std::string& prefix = "") {
  const auto body = MakeEngineAdapter(CaseFor("vllm")).value()->BuildBody(item, prefix);
  EXPECT_EQ(body.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(body.status().message());
}

std::string CreateError(const AgentCase& agent_case) {
  const auto adapter = MakeEngineAdapter(agent_case);
  EXPECT_EQ(adapter.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(adapter.status().message());
}

AgentCase Bare(const std::string& type) {
  AgentCase agent_case = CaseFor(type);
  agent_case.sampling.max_tokens.reset();
  agent_case.sampling.temperature.reset();
  return agent_case;
}

TEST(OpenAiChat, DefaultBodyOfEveryType) {
  for (const char* type : {"openai", "vllm", "lmdeploy"}) {
    EXPECT_EQ(Body(CaseFor(type), kHi),
              R"({"model":"m","messages":[{"role":"user","content":"Say hi"}],"max_tokens":512,)"
              R"("temperature":0.0,"stream":true,"stream_options":{"include_usage":true}})");
  }
}

TEST(OpenAiChat, WithoutStreamingNeitherStreamNorOptionsAreSent) {
  AgentCase agent_case = Bare("vllm");
  agent_case.sampling.stream = false;
  EXPECT_EQ(Body(agent_case, kHi),
            R"({"model":"m","messages":[{"role":"user","content":"Say hi"}]})");
  EXPECT_EQ(Body(agent_case, {ItemKind::kBody, R"({"messages":[{"role":"user","content":"a"}],)"
                                               R"("stream":true,"stream_options":{}})"}),
            R"({"messages":[{"role":"user","content":"a"}],"model":"m"})");
}

AgentCase WithAllSampling(const std::string& type) {
  AgentCase agent_case = CaseFor(type);
  agent_case.sampling = {.stream = false,
                         .max_tokens = 64,
                         .min_tokens = 32,
                         .temperature = 0.5,
                         .top_p = 0.25,
                         .top_k = 3,
                         .frequency_penalty = 0.125,
                         .presence_penalty = -1.5,
                         .repetition_penalty = 1.5,
                         .seed = 42,
                         .ignore_eos = true,
                         .stop = {"END", "\n"}};
  return agent_case;
}

TEST(OpenAiChat, SamplingUnderTheEnginesOwnNames) {
  const std::string common =
      R"({"model":"m","messages":[{"role":"user","content":"Say hi"}],"max_tokens":64,)"
      R"("temperature":0.5,"top_p":0.25,"frequency_penalty":0.125,"presence_penalty":-1.5,)"
      R"("seed":42,"stop":["END","\n"],)";
  EXPECT_EQ(Body(WithAllSampling("vllm"), kHi),
            common + R"("min_tokens":32,"ignore_eos":true,"top_k":3,"repetition_penalty":1.5})");
  EXPECT_EQ(
      Body(WithAllSampling("lmdeploy"), kHi),
      common + R"("min_new_tokens":32,"ignore_eos":true,"top_k":3,"repetition_penalty":1.5})");
}

TEST(OpenAiChat, PlainOpenAiRefusesWhatItLacks) {
  const auto refusal = [](auto set) {
    AgentCase agent_case = CaseFor("openai");
    set(agent_case.sampling);
    return CreateError(agent_case);
  };
  EXPECT_THAT(refusal([](Sampling& s) { s.min_tokens = 1; }),
              HasSubstr("engine type \"openai\", route chat, has no parameter min_tokens; leave it "
                        "out"));
  EXPECT_THAT(refusal([](Sampling& s) { s.top_k = 1; }), HasSubstr("top_k"));
  EXPECT_THAT(refusal([](Sampling& s) { s.repetition_penalty = 1; }),
              HasSubstr("repetition_penalty"));
  EXPECT_THAT(refusal([](Sampling& s) { s.ignore_eos = true; }), HasSubstr("ignore_eos"));
  AgentCase agent_case = Bare("openai");
  agent_case.sampling.ignore_eos = false;
  EXPECT_THAT(Body(agent_case, kHi), Not(HasSubstr("ignore_eos")));
}

TEST(OpenAiChat, MessagesKeepTheOrderOfTheirMembers) {
  EXPECT_THAT(
      Body(Bare("vllm"),
           {ItemKind::kMessages,
            R"([{"role":"system","content":"z","a":{"y":1,"b":2}},{"role":"user"}])"}),
      HasSubstr(
          R"("messages":[{"role":"system","content":"z","a":{"y":1,"b":2}},{"role":"user"}])"));
}

TEST(OpenAiChat, WholeBodyWinsOverDefaultsButNotOverTheMeasurement) {
  EXPECT_EQ(
      Body(CaseFor("vllm"),
           {ItemKind::kBody,
            R"({"model":"other","messages":[{"role":"user","content":"a"}],"temperature":0.75,)"
            R"("stream":false,"stream_options":{"continuous_usage_stats":true},"tools":[]})"}),
      R"({"model":"m","messages":[{"role":"user","content":"a"}],"temperature":0.75,)"
      R"("stream":true,"stream_options":{"include_usage":true},"tools":[],"max_tokens":512})");
  EXPECT_THAT(
      Body(CaseFor("openai"), {ItemKind::kBody, R"({"messages":[{}],"max_completion_tokens":9})"}),
      Not(HasSubstr("max_tokens")));
}

TEST(OpenAiChat, ExtraBodyIsAMergePatch) {
  AgentCase agent_case = CaseFor("vllm");
  agent_case.engine.extra_body_json =
      R"({"temperature":null,"stream_options":{"continuous_usage_stats":true},"a":{"b":1}})";
  EXPECT_EQ(Body(agent_case, {ItemKind::kBody, R"({"messages":[{}],"a":{"c":2}})"}),
            R"({"messages":[{}],"a":{"c":2,"b":1},"max_tokens":512,"model":"m","stream":true,)"
            R"("stream_options":{"include_usage":true,"continuous_usage_stats":true}})");
}

TEST(OpenAiChat, ExtraBodyThatCannotBe) {
  AgentCase agent_case = CaseFor("vllm");
  agent_case.engine.extra_body_json = "[1]";
  EXPECT_EQ(CreateError(agent_case), "engine.extra_body must be a JSON object, not: [1]");
  agent_case.engine.extra_body_json = "{broken";
  EXPECT_THAT(CreateError(agent_case), HasSubstr("{broken"));
  agent_case.engine.extra_body_json = R"({"stream":false})";
  EXPECT_THAT(CreateError(agent_case), HasSubstr("may not set \"stream\""));
}

TEST(OpenAiChat, CacheBustPrefixGoesBeforeTheFirstText) {
  const AgentCase agent_case = Bare("vllm");
  EXPECT_THAT(Body(agent_case, kHi, "[7] "), HasSubstr(R"("content":"[7] Say hi")"));
  EXPECT_THAT(
      Body(agent_case, {ItemKind::kMessages, R"([{"content":"a"},{"content":"b"}])"}, "[7] "),
      HasSubstr(R"([{"content":"[7] a"},{"content":"b"}])"));
  EXPECT_THAT(
      Body(
          agent_case,
          {ItemKind::kBody,
           R"({"messages":[{"content":null},{"content":[{"type":"image_url"},{"text":"b"},{"text":"c"}]}]})"},
          "[7] "),
      HasSubstr(R"({"text":"[7] b"},{"text":"c"})"));
  EXPECT_THAT(BodyError({ItemKind::kMessages, R"([{"role":"user","content":[]}])"}, "[7] "),
              HasSubstr("cache_bust is on, but the item has no message with text"));
}

TEST(OpenAiChat, ItemsThatAreNoRequest) {
  EXPECT_THAT(BodyError({ItemKind::kMessages, "{}"}),
              HasSubstr("must be a JSON array of chat messages, not: {}"));
  EXPECT_THAT(BodyError({ItemKind::kMessages, "[1,"}), HasSubstr("not: [1,"));
  EXPECT_THAT(BodyError({ItemKind::kMessages, "[]"}), HasSubstr("no messages"));
  EXPECT_THAT(BodyError({ItemKind::kBody, "[]"}), HasSubstr("must be a JSON object"));
  EXPECT_THAT(BodyError({ItemKind::kBody, R"({"prompt":"x"})"}), HasSubstr("no messages"));
}

TEST(OpenAiChat, AnyTextCanBeSent) {
  EXPECT_THAT(Body(Bare("vllm"), {ItemKind::kPrompt, "\"\\\n\xE4\xBD\xA0\xF0\x9F"}),
              HasSubstr("\"content\":\"\\\"\\\\\\n\xE4\xBD\xA0\xEF\xBF\xBD\""));
}

TEST(OpenAiChat, Headers) {
  AgentCase agent_case = CaseFor("vllm");
  EXPECT_THAT(
      MakeEngineAdapter(agent_case).value()->Headers(),
      ElementsAre(Pair("Content-Type", "application/json"), Pair("Accept", "text/event-stream"),
                  Pair("Accept-Encoding", "identity")));
  agent_case.sampling.stream = false;
  agent_case.engine.api_key = Secret("sk-1");
  agent_case.engine.headers = {{"x-team", "a"}, {"ACCEPT-encoding", "gzip"}, {"X-Team", "b"}};
  EXPECT_THAT(
      MakeEngineAdapter(agent_case).value()->Headers(),
      ElementsAre(Pair("Content-Type", "application/json"), Pair("Accept", "application/json"),
                  Pair("Authorization", "Bearer sk-1"), Pair("x-team", "a"),
                  Pair("ACCEPT-encoding", "gzip"), Pair("X-Team", "b")));
  agent_case.engine.headers = {{"authorization", "Basic eA=="}};
  EXPECT_THAT(MakeEngineAdapter(agent_case).value()->Headers().back(),
              Pair("authorization", "Basic eA=="));
}

TEST(OpenAiChat, HeadersThatWouldBreakTheRequest) {
  AgentCase agent_case = CaseFor("vllm");
  agent_case.engine.api_key = Secret("sk-secret\n");
  const std::string error = CreateError(agent_case);
  EXPECT_THAT(error, HasSubstr("the value of header \"Authorization\" has a line break"));
  EXPECT_THAT(error, Not(HasSubstr("sk-secret")));
  agent_case.engine.api_key = Secret();
  agent_case.engine.headers = {{"a b", "c"}};
  EXPECT_THAT(CreateError(agent_case), HasSubstr("\"a b\" is not an HTTP header name"));
}

TEST(AdapterRegistry, KnowsExactlyTheTypesOfTheTable) {
  for (const EngineType& type : EngineTypes()) {
    for (const EngineRoute& route : type.routes) {
      AgentCase agent_case = CaseFor(std::string(type.name));
      agent_case.engine.route = std::string(route.name);
      agent_case.engine.custom.body_json = "{}";
      EXPECT_TRUE(MakeEngineAdapter(agent_case).ok()) << type.name << " " << route.name;
    }
  }
  const auto unknown = MakeEngineAdapter(CaseFor("vlm"));
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(unknown.status().message()),
              HasSubstr("does not know engine type \"vlm\"; it knows openai, vllm, lmdeploy"));
}

}  // namespace
}  // namespace monsoon
