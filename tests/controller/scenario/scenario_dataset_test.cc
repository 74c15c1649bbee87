// Datasets of every format, as a scenario writes them. What is wrong with one is in
// tests/golden/scenario/dataset_*.yaml.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/controller/scenario/scenario_testing.h"

namespace monsoon {
namespace {

DatasetSpec DatasetOf(const std::string& text) {
  return ReadWith({"model={name: qwen, tokenizer: tokenizer.json}", "dataset=" + text})
      .cases[0]
      .dataset;
}

TEST(ScenarioDataset, ANameGivesTheFormatUnlessFormatDoes) {
  const auto dataset_of = [](const std::string& text) {
    return ReadWith({"dataset={path: open_qa.jsonl, " + text + "}"}).cases[0].dataset;
  };
  EXPECT_EQ(dataset_of("name: longalpaca").format, DatasetFormat::kLongalpaca);
  EXPECT_EQ(dataset_of("name: line_by_line").format, DatasetFormat::kLineByLine);
  EXPECT_EQ(dataset_of("name: openqa, format: line_by_line").format, DatasetFormat::kLineByLine);
  EXPECT_EQ(dataset_of("name: mine, format: openqa").name, "mine");
  EXPECT_EQ(dataset_of("format: longalpaca").name, "longalpaca");
}

TEST(ScenarioDataset, RandomWithFixedLengths) {
  const DatasetSpec dataset =
      DatasetOf("{name: random, input_tokens: 1024, output_tokens: 128, prefix_tokens: 512}");
  EXPECT_EQ(dataset.format, DatasetFormat::kRandom);
  EXPECT_EQ(dataset.input_tokens, (TokenLength{.law = LengthLaw::kFixed, .mean = 1024}));
  EXPECT_EQ(dataset.output_tokens, (TokenLength{.law = LengthLaw::kFixed, .mean = 128}));
  EXPECT_EQ(dataset.prefix_tokens, 512);
  EXPECT_EQ(dataset.prompts, 0);
  EXPECT_TRUE(dataset.needs_tokenizer());
}

TEST(ScenarioDataset, RandomWithDrawnLengths) {
  const DatasetSpec dataset = DatasetOf(
      "{name: short, format: random, input_tokens: {mean: 512, stddev: 128}, "
      "output_tokens: {min: 1, max: 256}, prefix_tokens: 16, prompts: 100}");
  EXPECT_EQ(dataset.name, "short");
  EXPECT_EQ(dataset.input_tokens, (TokenLength{LengthLaw::kNormal, 512, 128, 17, 10'000'000}))
      << "every prompt has at least a token of its own after the prefix";
  EXPECT_EQ(dataset.output_tokens, (TokenLength{LengthLaw::kUniform, 0, 0, 1, 256}));
  EXPECT_EQ(dataset.prompts, 100);
  EXPECT_EQ(
      DatasetOf("{name: random, input_tokens: {mean: 9, stddev: 2, min: 5, max: 10}}").input_tokens,
      (TokenLength{LengthLaw::kNormal, 9, 2, 5, 10}));
}

TEST(ScenarioDataset, ShareGpt) {
  const DatasetSpec dataset = DatasetOf(
      "{name: sharegpt, path: open_qa.jsonl, turns: all, output_tokens: reference, "
      "min_prompt_tokens: 4, max_prompt_tokens: 1024}");
  EXPECT_EQ(dataset.format, DatasetFormat::kSharegpt);
  EXPECT_EQ(dataset.turns, ConversationTurns::kAll);
  EXPECT_TRUE(dataset.output_tokens.reference());
  EXPECT_EQ(dataset.min_prompt_tokens, 4);
  EXPECT_EQ(dataset.max_prompt_tokens, 1024);
  EXPECT_TRUE(dataset.limits_tokens());
  const DatasetSpec plain = DatasetOf("{name: sharegpt, path: open_qa.jsonl, output_tokens: 9}");
  EXPECT_EQ(plain.turns, ConversationTurns::kFirst);
  EXPECT_FALSE(plain.needs_tokenizer());
}

TEST(ScenarioDataset, EmbeddingAndRerank) {
  const DatasetSpec dataset =
      DatasetOf("{name: embedding, path: open_qa.jsonl, batch_size: 8, max_prompt_tokens: null}");
  EXPECT_EQ(dataset.format, DatasetFormat::kEmbedding);
  EXPECT_EQ(dataset.batch_size, 8);
  EXPECT_FALSE(dataset.needs_tokenizer());
  EXPECT_EQ(DatasetOf("{name: rerank, path: open_qa.jsonl}").format, DatasetFormat::kRerank);
  EXPECT_EQ(DatasetOf("{name: messages, path: open_qa.jsonl}").format, DatasetFormat::kMessages);
}

TEST(ScenarioDataset, OnlyModelsThatMeetItNeedATokenizer) {
  const Scenario scenario = ReadText(R"(
engine: {type: vllm, url: "http://gpu1:8000"}
cases:
  - {model: plain, dataset: {name: openqa, path: open_qa.jsonl}}
  - {model: {name: qwen, tokenizer: tokenizer.json}, dataset: {name: random, input_tokens: 8}}
)");
  EXPECT_EQ(scenario.cases.size(), 2u);
}

}  // namespace
}  // namespace monsoon
