// Which datasets go with which routes, and what is said of the others: known answers.
#include "controller/core/scenario/dataset_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/model/engine_type.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

DatasetSpec Dataset(DatasetFormat format) { return {.name = "docs", .format = format}; }

EngineSpec Engine(const std::string& type, const std::string& route) {
  return {.type = type, .route = route, .name = "box"};
}

std::string Problem(const DatasetSpec& dataset, const EngineSpec& engine) {
  const absl::Status status = CheckDatasetFit(dataset, engine);
  return status.ok() ? "" : std::string(status.message());
}

TEST(DatasetFit, WhatCannotBeSentIsToldWithWhatCan) {
  EXPECT_EQ(Problem(Dataset(DatasetFormat::kEmbedding), Engine("vllm", "chat")),
            "dataset docs (format embedding) has texts to embed, which cannot be sent to engine "
            "box (type vllm) on its route chat: set engine.route to embeddings (and engine.url to "
            "its path), or use a dataset of format openqa, longalpaca, line_by_line, sharegpt, "
            "messages, random");
  EXPECT_EQ(Problem(Dataset(DatasetFormat::kOpenqa), Engine("vllm", "rerank")),
            "dataset docs (format openqa) has prompts, which cannot be sent to engine box (type "
            "vllm) on its route rerank: set engine.route to chat or completions or responses or "
            "messages or embeddings (and engine.url to its path), or use a dataset of format "
            "rerank");
  EXPECT_EQ(Problem(Dataset(DatasetFormat::kRerank), Engine("anthropic", "messages")),
            "dataset docs (format rerank) has queries with documents, which cannot be sent to "
            "engine box (type anthropic) on its route messages: no route of type anthropic takes "
            "them; use a dataset of format openqa, longalpaca, line_by_line, sharegpt, messages, "
            "random");
}

TEST(DatasetFit, AConversationIsNoTextToEmbed) {
  const EngineSpec embeddings = Engine("openai", "embeddings");
  DatasetSpec sharegpt = Dataset(DatasetFormat::kSharegpt);
  EXPECT_EQ(Problem(sharegpt, embeddings), "");
  sharegpt.turns = ConversationTurns::kAll;
  EXPECT_THAT(Problem(sharegpt, embeddings), HasSubstr("has chat messages, which cannot"));
  EXPECT_EQ(Problem(sharegpt, Engine("openai", "chat")), "");
  EXPECT_THAT(Problem(Dataset(DatasetFormat::kMessages), embeddings), HasSubstr("chat messages"));
  EXPECT_EQ(Problem(Dataset(DatasetFormat::kRandom), embeddings), "");
}

TEST(DatasetFit, EveryRouteHasADatasetAndEveryFormatARoute) {
  for (const std::string& name : DatasetFormatNames()) {
    const DatasetSpec dataset = Dataset(*DatasetFormatFromName(name));
    int routes = 0;
    for (const EngineRoute& route : FindEngineType("vllm")->routes) {
      routes += Problem(dataset, Engine("vllm", std::string(route.name))).empty();
    }
    EXPECT_GT(routes, 0) << name;
  }
  for (const EngineType& type : EngineTypes()) {
    for (const EngineRoute& route : type.routes) {
      const EngineSpec engine = Engine(std::string(type.name), std::string(route.name));
      int formats = 0;
      for (const std::string& name : DatasetFormatNames()) {
        formats += Problem(Dataset(*DatasetFormatFromName(name)), engine).empty();
      }
      EXPECT_GT(formats, 0) << type.name << " " << route.name;
    }
  }
  EXPECT_EQ(Problem(Dataset(DatasetFormat::kRerank), Engine("nobody", "")), "");
}

TEST(DatasetFit, ALengthOfAnswersNeedsAPlaceInTheRequest) {
  DatasetSpec dataset = Dataset(DatasetFormat::kOpenqa);
  dataset.output_tokens = {.law = LengthLaw::kFixed, .mean = 50};
  EXPECT_EQ(Problem(dataset, Engine("vllm", "chat")), "");
  EXPECT_EQ(Problem(dataset, Engine("vllm", "embeddings")),
            "dataset docs says with output_tokens how long each answer is to be, but route "
            "embeddings of engine box (type vllm) has no limit of output tokens: leave "
            "output_tokens out");
  EngineSpec custom = Engine("custom", "custom");
  custom.custom.body_json = R"({"text":"%p 50%n"})";
  EXPECT_THAT(Problem(dataset, custom), HasSubstr("put \"%n\" where its limit"));
  custom.custom.body_json = R"({"text":"%p","limits":{"new":"%n"}})";
  EXPECT_EQ(Problem(dataset, custom), "");
  custom.custom.body_json = R"({"text":"%p","limits":{"new":"{max_tokens}"}})";
  EXPECT_EQ(Problem(dataset, custom), "");
  EXPECT_THAT(Problem(Dataset(DatasetFormat::kEmbedding), custom), Not(HasSubstr("output_tokens")));
}

}  // namespace
}  // namespace monsoon
