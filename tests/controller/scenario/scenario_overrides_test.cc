// What changes a scenario from outside: environment variables and --set.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/controller/scenario/scenario_testing.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ParseScenario, EnvironmentVariablesAreExpandedInValues) {
  const Scenario scenario =
      Read(SourceOf(R"(
model: ${MODEL}
dataset: {name: openqa, path: "${DIR:-.}/open_qa.jsonl"}
engine: {type: vllm, url: "http://${HOST:-gpu1}:${PORT:-8000}"}
requests: ${REQUESTS:-7}
warmup: "${WARMUP}"
sampling: {stop: ["$$HOME", "cost: $5", "${EMPTY:-full}${EMPTY}"]}
)",
                    {{"MODEL", "qwen: 2"}, {"HOST", "gpu9"}, {"WARMUP", "3"}, {"EMPTY", ""}}));
  const CaseSpec& spec = scenario.cases[0];
  EXPECT_EQ(spec.model.name, "qwen: 2");
  EXPECT_EQ(spec.engine.url, "http://gpu9:8000/v1/chat/completions");
  EXPECT_EQ(spec.requests, 7);
  EXPECT_EQ(spec.warmup, 3);
  EXPECT_THAT(spec.sampling.stop, ElementsAre("$HOME", "cost: $5", "full"));
}

TEST(ParseScenario, OverridesReplaceValuesInOrder) {
  const Scenario scenario =
      ReadWith({"requests=5", "requests=10", "sampling.max_tokens=64", "verdict.max_error=5ms",
                "concurrency=[1,2]", "engine.url=http://gpu2:1", "gates=[]", "name=other"});
  EXPECT_EQ(scenario.name, "other");
  EXPECT_THAT(CaseNames(scenario), ElementsAre("qwen/openqa/c1/vllm", "qwen/openqa/c2/vllm"));
  const CaseSpec& spec = scenario.cases[0];
  EXPECT_EQ(spec.requests, 10);
  EXPECT_EQ(spec.sampling.max_tokens, 64);
  EXPECT_EQ(spec.sampling.temperature, 0.0);
  EXPECT_EQ(spec.verdict.max_error_ns, 5 * kNsPerMs);
  EXPECT_EQ(spec.engine.url, "http://gpu2:1/v1/chat/completions");
  EXPECT_THAT(spec.gates, IsEmpty());
}

TEST(ParseScenario, OverridesStepIntoLists) {
  const Scenario scenario = ReadWith({"engine.1.url=http://gpu9:1", "cases.0.requests=3"}, R"(
model: qwen
dataset: {name: openqa, path: open_qa.jsonl}
engine:
  - {type: vllm, url: "http://gpu1:1"}
  - {type: lmdeploy, url: "http://gpu2:1"}
cases:
  - concurrency: 1
  - concurrency: 2
)");
  ASSERT_EQ(scenario.cases.size(), 4u);
  EXPECT_EQ(scenario.cases[0].engine.url, "http://gpu1:1/v1/chat/completions");
  EXPECT_EQ(scenario.cases[1].engine.url, "http://gpu9:1/v1/chat/completions");
  EXPECT_EQ(scenario.cases[1].requests, 3);
  EXPECT_EQ(scenario.cases[2].requests, 1000);
}

TEST(ParseScenario, AnOverrideCanRepairWhatTheFileHasWrong) {
  EXPECT_EQ(
      ReadWith({"requests=5"}, std::string(kSmallest) + "requests: ${NOT_SET}\n").cases[0].requests,
      5);
}

}  // namespace
}  // namespace monsoon
