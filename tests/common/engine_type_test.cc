// The engine table: its rows can all be used, and what is inferred and refused by them.
#include "common/model/engine_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Inferred(const std::string& type, const std::string& path) {
  return std::string(InferEngineRoute(*FindEngineType(type), path).name);
}

TEST(EngineTable, NamesTheTypesInOrder) {
  EXPECT_THAT(
      EngineTypeNames(),
      ElementsAre("openai", "vllm", "lmdeploy", "triton", "trtllm-serve", "tgi", "deepspeed-mii",
                  "sglang", "llama.cpp", "ollama", "anthropic", "azure", "dashscope", "custom"));
}

TEST(EngineTable, RoutesOfATypeAreDistinctAndInferredFromTheirOwnPaths) {
  for (const EngineType& type : EngineTypes()) {
    std::set<std::string_view> names;
    for (const EngineRoute& route : type.routes) {
      EXPECT_TRUE(names.insert(route.name).second) << type.name << " " << route.name;
      EXPECT_FALSE(route.summary.empty());
      // Triton's three kinds of model share a path; the first is taken.
      if (type.name == "triton" && route.path.find("generate") != std::string_view::npos) continue;
      const std::string_view path = route.path.substr(0, route.path.find('?'));
      EXPECT_EQ(InferEngineRoute(type, path).name, route.name) << type.name << " " << path;
    }
  }
}

TEST(EngineTable, RoutesAreInferredFromTheEndOfAPath) {
  EXPECT_EQ(Inferred("vllm", ""), "chat");
  EXPECT_EQ(Inferred("vllm", "/v1/completions"), "completions");
  EXPECT_EQ(Inferred("vllm", "/prefix/openai/v1/chat/completions"), "chat");
  EXPECT_EQ(Inferred("vllm", "/something/else"), "chat");
  EXPECT_EQ(Inferred("tgi", "/generate"), "native");
  EXPECT_EQ(Inferred("tgi", "/generate_stream"), "native");
  EXPECT_EQ(Inferred("triton", "/v2/models/ensemble/versions/1/generate_stream"), "native");
  EXPECT_EQ(Inferred("triton", "/v1/chat/completions"), "chat");
  EXPECT_EQ(Inferred("deepspeed-mii", "/mii/llama"), "gateway");
  EXPECT_EQ(Inferred("azure", "/openai/v1/embeddings"), "embeddings");
}

TEST(EngineTable, FindsRoutes) {
  EXPECT_EQ(FindEngineRoute("ollama", "")->name, "native");
  EXPECT_EQ(FindEngineRoute("ollama", "generate")->dialect, Dialect::kOllamaGenerate);
  EXPECT_EQ(FindEngineRoute("ollama", "gateway"), nullptr);
  EXPECT_EQ(FindEngineRoute("nobody", ""), nullptr);
}

TEST(EngineTable, WhoPutsThePromptTogether) {
  EXPECT_TRUE(TakesRawPrompt(FindEngineRoute("triton", "native")->dialect));
  EXPECT_TRUE(TakesRawPrompt(FindEngineRoute("vllm", "completions")->dialect));
  EXPECT_TRUE(TakesChat(FindEngineRoute("dashscope", "native")->dialect));
  EXPECT_TRUE(TakesRawPrompt(FindEngineRoute("tgi", "embeddings")->dialect));
  EXPECT_FALSE(TakesRawPrompt(FindEngineRoute("tgi", "rerank")->dialect));
  EXPECT_FALSE(TakesChat(FindEngineRoute("tgi", "rerank")->dialect));
}

TEST(FitSampling, DropsDefaultsThatTheRouteHasNoPlaceFor) {
  const Sampling fitted = FitSampling(*FindEngineRoute("vllm", "embeddings"), Sampling());
  EXPECT_FALSE(fitted.stream);
  EXPECT_EQ(fitted.max_tokens, std::nullopt);
  EXPECT_EQ(fitted.temperature, std::nullopt);
  EXPECT_TRUE(CheckSampling("vllm", "embeddings", fitted).ok());
  EXPECT_EQ(FitSampling(*FindEngineRoute("vllm", "chat"), Sampling()), Sampling());
  EXPECT_FALSE(FitSampling(*FindEngineRoute("deepspeed-mii", "gateway"), Sampling()).stream);
}

TEST(CheckSampling, RefusesWhatWasAskedForBeyondTheDefaults) {
  const EngineRoute& route = *FindEngineRoute("vllm", "embeddings");
  const Sampling asked = FitSampling(route, {.max_tokens = 9});
  EXPECT_THAT(std::string(CheckSampling("vllm", "embeddings", asked).message()),
              HasSubstr("engine type \"vllm\", route embeddings, has no parameter max_tokens"));
  Sampling no_ignore;
  no_ignore.ignore_eos = false;
  EXPECT_TRUE(CheckSampling("openai", "", no_ignore).ok());
  EXPECT_TRUE(CheckSampling("nobody", "", {.top_k = 1}).ok());
}

// Every parameter is refused by a route without any, so that none is forgotten in the list.
TEST(CheckSampling, KnowsEveryParameter) {
  Sampling all = {.max_tokens = 1,
                  .min_tokens = 1,
                  .temperature = 1,
                  .top_p = 1,
                  .top_k = 1,
                  .frequency_penalty = 1,
                  .presence_penalty = 1,
                  .repetition_penalty = 1,
                  .seed = 1,
                  .ignore_eos = true,
                  .stop = {"a"}};
  int asked = 0;
  for (const SamplingParameter& parameter : SamplingParameters()) asked += parameter.asked(all);
  EXPECT_EQ(asked, 11);
  const Sampling none = {.max_tokens = std::nullopt, .temperature = std::nullopt};
  for (const SamplingParameter& parameter : SamplingParameters()) {
    EXPECT_FALSE(parameter.asked(none)) << parameter.name;
  }
}

}  // namespace
}  // namespace monsoon
