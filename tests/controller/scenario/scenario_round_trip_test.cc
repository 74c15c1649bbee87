// ScenarioToYaml writes what LoadScenario reads back to an equal Scenario.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "controller/core/scenario/matrix.h"
#include "controller/core/scenario/scenario_plan.h"
#include "controller/io/scenario/scenario_yaml.h"
#include "tests/controller/scenario/random_scenario.h"
#include "tests/controller/scenario/scenario_testing.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

void ExpectRoundTrip(const Scenario& scenario) {
  const std::string yaml = ScenarioToYaml(scenario);
  ScenarioSource source = SourceOf(yaml);
  source.paths = nullptr;
  const absl::StatusOr<Scenario> back = ParseScenario(source);
  ASSERT_TRUE(back.ok()) << back.status().message() << "\n" << yaml;
  EXPECT_TRUE(*back == scenario) << yaml << "\nreads back as\n" << ScenarioToYaml(*back);
}

std::vector<std::string> ConfigFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("configs")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  return files;
}

TEST(Configs, EachOneLoadsAndRoundTrips) {
  const std::vector<std::string> files = ConfigFiles();
  EXPECT_GE(files.size(), 3u);
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    // A tokenizer that is there; the default is fetched from a hub.
    const EnvLookup env = [](const std::string& name) -> std::optional<std::string> {
      if (name == "QWEN2_TOKENIZER") return "../tests/data/tokenizer";
      return std::nullopt;
    };
    const absl::StatusOr<Scenario> scenario = LoadScenario(file, {}, env);
    ASSERT_TRUE(scenario.ok()) << scenario.status().message();
    ExpectRoundTrip(*scenario);
  }
}

TEST(Configs, TheArticleHas24Cases) {
  const absl::StatusOr<Scenario> scenario = LoadScenario(
      "configs/article.yaml", {}, [](const std::string&) { return std::nullopt; }, CheckFiles::kNo);
  ASSERT_TRUE(scenario.ok()) << scenario.status().message();
  ASSERT_EQ(scenario->cases.size(), 24u);
  EXPECT_EQ(scenario->cases[0].name, "qwen2-7b/openqa/c1/vllm");
  EXPECT_EQ(scenario->cases[5].name, "qwen2-7b/openqa/c128/triton");
  EXPECT_EQ(scenario->cases[23].name, "qwen2-72b/longalpaca/c4/triton");
  for (const CaseSpec& spec : scenario->cases) {
    EXPECT_EQ(spec.requests, 1000);
    EXPECT_TRUE(spec.model.has_tokenizer());
    EXPECT_EQ(spec.engine.type, spec.engine.name) << "each in its own protocol";
  }
}

// A duration becomes a number of requests, and stays a duration in the file.
TEST(ScenarioRoundTrip, Duration) {
  Scenario scenario{.name = "n", .seed = 5};
  std::mt19937_64 random(1);
  for (const LoadLaw law : {LoadLaw::kConstant, LoadLaw::kPoisson}) {
    CaseSpec spec = AnyCase(random, static_cast<int32_t>(scenario.cases.size()));
    spec.concurrency = 0;
    spec.load = {.law = law, .rate = *ParseArrivalRate("200/s"), .max_in_flight = 7};
    spec.warmup = 3;
    spec.duration_ns = 10 * kNsPerS;
    spec.grace_ns = 5 * kNsPerS;
    spec.name = CaseName(spec);
    ASSERT_TRUE(ResolveRequests(spec, scenario.seed).ok());
    scenario.cases.push_back(spec);
  }
  EXPECT_EQ(scenario.cases[0].requests, 2000);
  EXPECT_NEAR(static_cast<double>(scenario.cases[1].requests), 2000, 250);
  EXPECT_NE(scenario.cases[1].requests, 2000);
  ExpectRoundTrip(scenario);
}

class RandomScenario : public testing::TestWithParam<uint64_t> {};

TEST_P(RandomScenario, RoundTrips) {
  std::mt19937_64 random(GetParam());
  ExpectRoundTrip(AnyScenario(random));
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomScenario, testing::Range<uint64_t>(0, 300));

// Our reader would know from the key that a text is due; other tools do not.
TEST(ScenarioToYaml, QuotesTextsThatLookLikeSomethingElse) {
  for (const char* const text : {"true", "No", "null", "007", "1e3", "a: b", "-"}) {
    const std::string name = text;
    EXPECT_THAT(ScenarioToYaml({.name = name}), HasSubstr("name: \"" + name + "\"\n"));
  }
  EXPECT_THAT(ScenarioToYaml({.name = "qwen2-7b"}), HasSubstr("name: qwen2-7b\n"));
}

TEST(ScenarioToYaml, KeepsUnicodeReadable) {
  Scenario scenario{.name = "通义"};
  scenario.cases.push_back({.name = "通义/openqa/c1/vllm"});
  EXPECT_THAT(ScenarioToYaml(scenario), HasSubstr("通义"));
}

}  // namespace
}  // namespace monsoon
