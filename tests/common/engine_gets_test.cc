// The GETs that may be sent, and that nothing else may be.
#include "common/model/engine_gets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/model/engine_type.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Targets(std::string_view type, std::string_view url) {
  std::vector<std::string> targets;
  for (const EngineGet& get : EngineGets(type, url)) targets.push_back(get.target);
  return targets;
}

TEST(EngineGetsTest, GoByTheNamedType) {
  EXPECT_THAT(Targets("openai", "http://h:8000/v1/chat/completions"), ElementsAre("/v1/models"));
  EXPECT_THAT(Targets("vllm", "http://h:8000/v1/completions"),
              ElementsAre("/health", "/version", "/v1/models"));
  EXPECT_THAT(Targets("triton", "http://h/v2/models/ensemble/versions/1/generate_stream"),
              ElementsAre("/v2/health/ready", "/v2", "/v2/models/ensemble/ready"));
  EXPECT_THAT(Targets("tgi", "http://h/generate_stream"), ElementsAre("/health", "/info"));
  EXPECT_THAT(Targets("deepspeed-mii", "http://h:28080/mii/qwen"), ElementsAre("/healthz"));
  EXPECT_THAT(Targets("llama.cpp", "http://h/completion"),
              ElementsAre("/health", "/props", "/v1/models"));
  EXPECT_THAT(Targets("ollama", "http://h:11434/api/chat"),
              ElementsAre("/api/version", "/api/tags"));
  EXPECT_THAT(Targets("custom", "http://h/v1/chat/completions"), IsEmpty());
  EXPECT_THAT(Targets("dashscope", "https://h/api/v1/services/aigc/text-generation/generation"),
              IsEmpty());
}

TEST(EngineGetsTest, StayUnderTheGatewaysPrefixAndLeaveTheQueryOut) {
  EXPECT_THAT(Targets("openai", "https://h/openai/v1/chat/completions?api_version=1"),
              ElementsAre("/openai/v1/models"));
  EXPECT_THAT(Targets("openai", "https://h/api/v1/chat/completions"),
              ElementsAre("/api/v1/models"));
  EXPECT_THAT(Targets("sglang", "https://h/team/generate"),
              ElementsAre("/team/health", "/team/get_server_info", "/team/v1/models"));
}

TEST(EngineGetsTest, WithoutAKnownRouteThereIsNone) {
  EXPECT_THAT(Targets("vllm", "http://h/chat"), IsEmpty());
  EXPECT_THAT(Targets("vllm", "http://h"), IsEmpty());
  EXPECT_THAT(Targets("vllm", "http://v1/x"), IsEmpty()) << "that is the host's name";
  EXPECT_THAT(Targets("nobody", "http://h/v1/chat/completions"), IsEmpty());
}

TEST(EngineGetsTest, EveryTypeHasItsEntry) {
  for (const std::string& type : EngineTypeNames()) EXPECT_TRUE(KnowsEngineGets(type)) << type;
  EXPECT_FALSE(KnowsEngineGets("nobody"));
}

// Routes that stop a server, make it generate, or empty what it counts.
TEST(EngineGetsTest, NoneIsOneOfTheDangerousOnes) {
  for (const EngineType& type : EngineTypes()) {
    for (const EngineRoute& route : type.routes) {
      std::string url = "http://h" + std::string(route.path);
      if (const size_t at = url.find("{model}"); at != url.npos) url.replace(at, 7, "m");
      for (const std::string& target : Targets(type.name, url)) {
        for (const char* const word : {"terminate", "sleep", "wake", "flush", "generate", "metrics",
                                       "abort", "reset", "load", "perf", "shutdown", "stop"}) {
          EXPECT_EQ(target.find(word), std::string::npos) << type.name << " " << target;
        }
      }
    }
  }
}

}  // namespace
}  // namespace monsoon
