// Datasets and tokenizers that a scenario names on a hub.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/substitute.h"

#include "tests/controller/scenario/scenario_testing.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

std::string WithDataset(const std::string& dataset) {
  return absl::Substitute("model: qwen\ndataset: $0\nengine: {type: vllm, url: \"http://g:1\"}\n",
                          dataset);
}

std::string WithTokenizer(const std::string& tokenizer) {
  return absl::Substitute(
      "model: {name: qwen, tokenizer: $0}\ndataset: {name: openqa, path: open_qa.jsonl}\n"
      "engine: {type: vllm, url: \"http://g:1\"}\n",
      tokenizer);
}

DatasetSpec DatasetOf(const std::string& dataset) {
  return ReadText(WithDataset(dataset)).cases[0].dataset;
}

ModelSpec ModelOf(const std::string& tokenizer) {
  return ReadText(WithTokenizer(tokenizer)).cases[0].model;
}

std::string ErrorOf(const std::string& text) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(SourceOf(text));
  return scenario.ok() ? "" : std::string(scenario.status().message());
}

TEST(ScenarioHub, AWellKnownNameNeedsNoPath) {
  const DatasetSpec dataset = DatasetOf("{name: openqa}");
  EXPECT_EQ(dataset.path, "");
  EXPECT_EQ(dataset.hub, (HubSpec{.from = "auto"}));
  EXPECT_EQ(DatasetOf("{name: short, format: longalpaca}").hub.from, "auto");
  EXPECT_EQ(DatasetOf("{name: openqa, path: open_qa.jsonl}").hub, HubSpec());
}

TEST(ScenarioHub, AnyFileOfAHubHasAName) {
  const DatasetSpec dataset =
      DatasetOf("{name: a, format: line_by_line, hub: \"hf:o/n/d/x.txt\", revision: v2}");
  EXPECT_EQ(dataset.hub, (HubSpec{.from = "hf:o/n/d/x.txt", .revision = "v2"}));
  const std::string sha256(64, 'a');
  EXPECT_EQ(DatasetOf("{name: openqa, hub: ms, sha256: " + sha256 + "}").hub,
            (HubSpec{.from = "ms", .sha256 = sha256}));
}

TEST(ScenarioHub, WhatIsWrongIsSaid) {
  EXPECT_THAT(ErrorOf(WithDataset("{name: line_by_line}")),
              HasSubstr("missing key 'dataset.path'"));
  EXPECT_THAT(ErrorOf(WithDataset("{name: openqa, hub: \"hf:o/n\"}")),
              HasSubstr("2:30: dataset.hub is 'hf:o/n': expected hf:ORG/NAME/FILE"));
  EXPECT_THAT(ErrorOf(WithDataset("{name: line_by_line, hub: ms}")),
              HasSubstr("openqa, longalpaca, sharegpt"));
  EXPECT_THAT(ErrorOf(WithDataset("{name: openqa, revision: v2}")),
              HasSubstr("`hub: hf` or `hub: ms`"));
  EXPECT_THAT(ErrorOf(WithDataset("{name: openqa, path: open_qa.jsonl, hub: hf}")),
              HasSubstr("dataset has a path and hub"));
  EXPECT_THAT(ErrorOf(WithDataset("{name: openqa, sha256: abc}")),
              HasSubstr("64 hexadecimal digits"));
}

TEST(ScenarioHub, ATokenizerIsAPathWhereThereIsOne) {
  EXPECT_EQ(ModelOf("tokenizer.json").tokenizer, "/scenarios/tokenizer.json");
  EXPECT_EQ(ModelOf("folder").tokenizer_hub, HubSpec());
}

TEST(ScenarioHub, ElseATokenizerIsAModelsName) {
  const ModelSpec named = ModelOf("Qwen/Qwen2-7B-Instruct");
  EXPECT_EQ(named.tokenizer, "");
  EXPECT_EQ(named.tokenizer_hub, (HubSpec{.from = "Qwen/Qwen2-7B-Instruct"}));
  EXPECT_EQ(ModelOf("\"hub:a/b\"").tokenizer_hub.from, "a/b");
  EXPECT_EQ(ModelOf("\"ms:a/b@v1\"").tokenizer_hub, (HubSpec{.from = "ms:a/b", .revision = "v1"}));
}

TEST(ScenarioHub, ATokenizerThatIsNeitherIsReported) {
  EXPECT_THAT(ErrorOf(WithTokenizer("nowhere.json")), HasSubstr("a file that exists"));
  EXPECT_THAT(ErrorOf(WithTokenizer("a/b/c")), HasSubstr("a file that exists"));
  EXPECT_THAT(ErrorOf(WithTokenizer("\"hf:a\"")), HasSubstr("expected hf:ORG/NAME"));
  EXPECT_THAT(ErrorOf(WithTokenizer("\"hub:a/b@v1\"")), HasSubstr("a revision belongs to one hub"));
}

TEST(ScenarioHub, IsWrittenSoThatItReadsBack) {
  for (const std::string& text :
       {WithDataset("{name: openqa}"), WithDataset("{name: openqa, hub: hf, revision: v1}"),
        WithDataset("{name: x, format: openqa, hub: \"ms:o/n/f\", sha256: " + std::string(64, 'b') +
                    "}"),
        WithTokenizer("Qwen/Qwen2"), WithTokenizer("\"hf:a/b@v1\"")}) {
    const Scenario scenario = ReadText(text);
    ScenarioSource source = SourceOf(ScenarioToYaml(scenario));
    EXPECT_TRUE(Read(source) == scenario) << source.text;
    source.paths = nullptr;
    EXPECT_TRUE(Read(source) == scenario) << source.text;
  }
}

TEST(ScenarioHub, AFetchedFileIsWrittenByItsNameNotByItsPlace) {
  Scenario scenario = ReadText(WithDataset("{name: openqa}"));
  DatasetSpec& dataset = scenario.cases[0].dataset;
  dataset.hub = {"hf:o/n/f.jsonl", std::string(40, '1'), std::string(64, '2')};
  dataset.path = "/cache/f.jsonl";
  const std::string yaml = ScenarioToYaml(scenario);
  EXPECT_THAT(yaml, testing::Not(HasSubstr("/cache")));
  dataset.path = "";
  EXPECT_TRUE(Read(SourceOf(yaml)) == scenario) << yaml;
}

}  // namespace
}  // namespace monsoon
