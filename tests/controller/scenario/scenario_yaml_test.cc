// What a right scenario reads as. Wrong ones are in scenario_errors_test.cc.
#include "controller/io/scenario/scenario_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/controller/scenario/scenario_testing.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ParseScenario, TheSmallestOneGetsTheDefaultsOfTheStructs) {
  CaseSpec expected;
  expected.name = "qwen/openqa/c1/vllm";
  expected.model = {.name = "qwen"};
  expected.dataset = {.name = "openqa", .path = "/scenarios/open_qa.jsonl"};
  expected.engine = {.type = "vllm",
                     .route = "chat",
                     .name = "vllm",
                     .url = "http://gpu1:8000/v1/chat/completions"};
  const Scenario scenario = ReadText(kSmallest);
  EXPECT_EQ(scenario, (Scenario{.name = "scenario", .cases = {expected}}));
  // The contract's own numbers.
  EXPECT_TRUE(scenario.cases[0].sampling.stream);
  EXPECT_EQ(scenario.cases[0].sampling.temperature, 0.0);
  EXPECT_EQ(scenario.cases[0].sampling.max_tokens, 512);
  EXPECT_EQ(scenario.cases[0].requests, 1000);
  ASSERT_EQ(scenario.cases[0].gates.size(), 1u);
  EXPECT_EQ(scenario.cases[0].gates[0].text, "error_rate <= 1%");
}

TEST(ParseScenario, EveryKeyArrivesInItsField) {
  const Scenario scenario = Read(SourceOf(R"(
name: full
seed: 18446744073709551615
agents:
  - load1:7070
  - "unix:/run/a.sock"
  - {host: load2:7070, weight: 2}
  - {host: "[::1]:7070"}
  - load3:7070*0.25
  - {host: load4:7070, weight: 1}
expect_agents: 5
lease: 30s
on_agent_loss: abort
max_start_skew: 5ms
pause: 1.5s
model: {name: qwen, tokenizer: tokenizer.json}
dataset:
  name: mine
  format: longalpaca
  path: long.json
  min_prompt_length: 10
  max_prompt_length: 2000
  order: shuffle
  on_bad_line: skip
  cache_bust: true
concurrency: 16
engine:
  type: lmdeploy
  name: lm
  url: https://gpu1/own/route
  api_key_env: KEY
  headers: {X-Tenant: 7, X-B: "b c"}
  extra_body: {top_a: 0.5, flags: [true, null, "5", 5], name: 名}
requests: 50
warmup: 4
sampling:
  stream: false
  max_tokens: null
  min_tokens: 8
  temperature: 0.7
  top_p: 0.9
  top_k: 40
  frequency_penalty: -0.5
  presence_penalty: 0.5
  repetition_penalty: 1.1
  seed: 42
  ignore_eos: true
  stop: ["\n", END]
timeouts: {connect: 1s, first_token: 2s, idle: 3s, total: 4m}
limits: {max_event_bytes: 1MiB}
token_source: tokenizer
verify_usage: true
keep_answers: true
gates: [ttft_s.p99 < 500ms]
verdict: {max_error: 5ms, max_error_share: 3%, max_busy: 0.8, max_starved: 2%}
)",
                                          {{"KEY", "k"}}));
  EXPECT_EQ(scenario.name, "full");
  EXPECT_EQ(scenario.seed, std::numeric_limits<uint64_t>::max());
  EXPECT_THAT(scenario.agents, ElementsAre("load1:7070", "unix:/run/a.sock", "load2:7070*2",
                                           "[::1]:7070", "load3:7070*0.25", "load4:7070"));
  EXPECT_EQ(scenario.expect_agents, 5);
  EXPECT_EQ(scenario.lease_ns, 30 * kNsPerS);
  EXPECT_EQ(scenario.on_agent_loss, OnAgentLoss::kAbort);
  EXPECT_EQ(scenario.max_start_skew_ns, 5 * kNsPerMs);
  EXPECT_EQ(scenario.pause_ns, 1'500 * kNsPerMs);
  ASSERT_EQ(scenario.cases.size(), 1u);
  const CaseSpec& spec = scenario.cases[0];
  EXPECT_EQ(spec.name, "qwen/mine/c16/lm");
  EXPECT_EQ(spec.model, (ModelSpec{"qwen", "/scenarios/tokenizer.json"}));
  EXPECT_EQ(spec.dataset, (DatasetSpec{"mine", DatasetFormat::kLongalpaca, "/scenarios/long.json",
                                       10, 2000, DatasetOrder::kShuffle, OnBadLine::kSkip, true}));
  EXPECT_EQ(spec.concurrency, 16);
  EXPECT_EQ(spec.engine.url, "https://gpu1/own/route");
  EXPECT_EQ(spec.engine.api_key_env, "KEY");
  EXPECT_EQ(spec.engine.headers,
            (std::vector<SecretHeader>{{"X-Tenant", "7", "7"}, {"X-B", "b c", "b c"}}));
  EXPECT_EQ(spec.engine.extra_body_json, R"({"top_a":0.5,"flags":[true,null,"5",5],"name":"名"})");
  EXPECT_EQ(spec.requests, 50);
  EXPECT_EQ(spec.warmup, 4);
  EXPECT_EQ(
      spec.sampling,
      (Sampling{false, std::nullopt, 8, 0.7, 0.9, 40, -0.5, 0.5, 1.1, 42, true, {"\n", "END"}}));
  EXPECT_EQ(spec.timeouts, (Timeouts{kNsPerS, 2 * kNsPerS, 3 * kNsPerS, 240 * kNsPerS}));
  EXPECT_EQ(spec.max_event_bytes, 1 << 20);
  EXPECT_EQ(spec.token_source, TokenRule::kTokenizer);
  EXPECT_TRUE(spec.verify_usage);
  EXPECT_TRUE(spec.keep_answers);
  ASSERT_EQ(spec.gates.size(), 1u);
  EXPECT_EQ(spec.gates[0].metric, "ttft_s.p99");
  EXPECT_EQ(spec.verdict, (VerdictLimits{5 * kNsPerMs, 0.03, 0.8, 0.02}));
}

TEST(ParseScenario, ListsMultiplyWithTheEngineInnermost) {
  EXPECT_THAT(CaseNames(ReadText(R"(
model: [a, {name: b}]
dataset:
  - {name: openqa, path: open_qa.jsonl}
  - {name: line_by_line, path: lines.txt}
concurrency: [1, 8]
engine:
  - {type: vllm, url: "http://gpu1:8000"}
  - {type: openai, name: triton, url: "http://gpu2:8000"}
)")),
              ElementsAre("a/openqa/c1/vllm", "a/openqa/c1/triton",              //
                          "a/openqa/c8/vllm", "a/openqa/c8/triton",              //
                          "a/line_by_line/c1/vllm", "a/line_by_line/c1/triton",  //
                          "a/line_by_line/c8/vllm", "a/line_by_line/c8/triton",  //
                          "b/openqa/c1/vllm", "b/openqa/c1/triton",              //
                          "b/openqa/c8/vllm", "b/openqa/c8/triton",              //
                          "b/line_by_line/c1/vllm", "b/line_by_line/c1/triton",  //
                          "b/line_by_line/c8/vllm", "b/line_by_line/c8/triton"));
}

TEST(ParseScenario, LoadsAreAnAxis) {
  const Scenario scenario = ReadText(R"(
model: qwen
dataset: {name: openqa, path: open_qa.jsonl}
load: [{constant: 100/s}, {poisson: 30/min, max_in_flight: 50}]
duration: 10s
engine: {type: vllm, url: "http://gpu1:8000"}
verdict: {min_achieved_rate: 95%}
)");
  EXPECT_THAT(CaseNames(scenario), ElementsAre("qwen/openqa/r100/vllm", "qwen/openqa/p0.5/vllm"));
  const CaseSpec& first = scenario.cases[0];
  EXPECT_EQ(first.load, (LoadSpec{LoadLaw::kConstant, {6'000'000'000}, 10'000}));
  EXPECT_EQ(first.concurrency, 0);
  EXPECT_EQ(first.requests, 1000) << "100/s for 10 s";
  EXPECT_EQ(first.duration_ns, 10 * kNsPerS);
  EXPECT_EQ(first.grace_ns, 30 * kNsPerS);
  EXPECT_EQ(first.verdict.min_achieved_rate_share, 0.95);
  EXPECT_EQ(scenario.cases[1].load, (LoadSpec{LoadLaw::kPoisson, {30'000'000}, 50}));
}

TEST(ParseScenario, AnEntryChoosesItsOwnLawAndEnd) {
  const Scenario scenario = ReadText(R"(
model: qwen
dataset: {name: openqa, path: open_qa.jsonl}
engine: {type: vllm, url: "http://gpu1:8000"}
load: {constant: 10/s}
duration: 3s
cases:
  - {grace: 1s}
  - {load: {constant: 20/s}, requests: 7}
  - {concurrency: 2, requests: 5}
)");
  EXPECT_THAT(CaseNames(scenario),
              ElementsAre("qwen/openqa/r10/vllm", "qwen/openqa/r20/vllm", "qwen/openqa/c2/vllm"));
  EXPECT_EQ(scenario.cases[0].requests, 30);
  EXPECT_EQ(scenario.cases[0].grace_ns, kNsPerS);
  EXPECT_EQ(scenario.cases[1].requests, 7);
  EXPECT_EQ(scenario.cases[1].duration_ns, 0);
  EXPECT_FALSE(scenario.cases[2].load.open());
}

TEST(ParseScenario, CasesBuildUponTheTopLevel) {
  const Scenario scenario = ReadText(R"(
model: qwen
engine: {type: vllm, url: "http://gpu1:8000"}
requests: 100
sampling: {max_tokens: 64, top_p: 0.5}
timeouts: {idle: 5s}
gates: [error_rate <= 5%]
cases:
  - dataset: {name: openqa, path: open_qa.jsonl}
    concurrency: [1, 128]
  - dataset: {name: longalpaca, path: long.json}
    concurrency: [1, 4]
    engine: {type: vllm, name: other, url: "http://gpu2:8000"}
    requests: 10
    sampling: {max_tokens: 8}
    timeouts: {total: 9s}
    gates: []
)");
  EXPECT_THAT(CaseNames(scenario),
              ElementsAre("qwen/openqa/c1/vllm", "qwen/openqa/c128/vllm",
                          "qwen/longalpaca/c1/other", "qwen/longalpaca/c4/other"));
  const CaseSpec& first = scenario.cases.front();
  EXPECT_EQ(first.requests, 100);
  EXPECT_EQ(first.sampling.max_tokens, 64);
  EXPECT_EQ(first.gates.size(), 1u);
  const CaseSpec& last = scenario.cases.back();
  EXPECT_EQ(last.index, 3);
  EXPECT_EQ(last.requests, 10);
  EXPECT_EQ(last.sampling.max_tokens, 8);
  EXPECT_EQ(last.sampling.top_p, 0.5);  // from the top level: mappings merge key by key
  EXPECT_EQ(last.timeouts.idle_ns, 5 * kNsPerS);
  EXPECT_EQ(last.timeouts.total_ns, 9 * kNsPerS);
  EXPECT_THAT(last.gates, IsEmpty());
  EXPECT_EQ(last.engine.url, "http://gpu2:8000/v1/chat/completions");
}

TEST(ParseScenario, PathsStartAtTheScenarioOrAtHome) {
  const auto path_of = [](const std::string& path) {
    return ReadWith({"dataset.path=" + path}).cases[0].dataset.path;
  };
  EXPECT_EQ(path_of("./folder/../open_qa.jsonl"), "/scenarios/open_qa.jsonl");
  EXPECT_EQ(path_of("/home/user/data.jsonl"), "/home/user/data.jsonl");
  EXPECT_EQ(path_of("~/data.jsonl"), "/home/user/data.jsonl");
}

TEST(ParseScenario, WithoutFileChecksNothingNeedsToBeThere) {
  ScenarioSource source = SourceOf(kSmallest);
  source.overrides = {"dataset.path=gone.jsonl", "engine.api_key_env=GONE"};
  EXPECT_FALSE(ParseScenario(source).ok());
  source.paths = nullptr;
  EXPECT_EQ(Read(source).cases[0].dataset.path, "/scenarios/gone.jsonl");
}

TEST(ParseScenario, ATokenizerThatCannotBeOpenedIsReportedWhereItIsNamed) {
  ScenarioSource source = SourceOf(kSmallest);
  source.overrides = {"model={name: qwen, tokenizer: tokenizer.json}"};
  std::vector<std::string> asked;
  source.check_tokenizer = [&asked](const std::string& path) {
    asked.push_back(path);
    return absl::InvalidArgumentError(path + " is not a tokenizer.json that can be used");
  };
  EXPECT_EQ(ParseScenario(source).status().message(),
            "--set model={name: qwen, tokenizer: tokenizer.json}: model.tokenizer: "
            "/scenarios/tokenizer.json is not a tokenizer.json that can be used");
  EXPECT_EQ(asked, std::vector<std::string>{"/scenarios/tokenizer.json"});

  source.overrides = {"model={name: qwen, tokenizer: gone.json}"};
  EXPECT_FALSE(ParseScenario(source).ok());
  EXPECT_EQ(asked.size(), 1u);  // a path that is wrong anyway is not opened
}

TEST(ParseScenario, NullInSamplingMeansDoNotSend) {
  const Sampling sampling =
      ReadWith({"sampling={temperature: null, max_tokens: ~, stop: null}"}).cases[0].sampling;
  EXPECT_EQ(sampling.temperature, std::nullopt);
  EXPECT_EQ(sampling.max_tokens, std::nullopt);
  EXPECT_THAT(sampling.stop, IsEmpty());
}

TEST(ParseScenario, WindowsLineEndsAndAByteOrderMarkAreFine) {
  std::string text = "\xEF\xBB\xBFmodel: qwen\r\n";
  text += "dataset: {name: openqa, path: open_qa.jsonl}\r\n";
  text += "engine: {type: vllm, url: \"http://gpu1:8000\"}\r\n";
  EXPECT_EQ(ReadText(text).cases[0].model.name, "qwen");
}

TEST(LoadScenario, SaysWhichFileIsNotThere) {
  const absl::Status status = LoadScenario("no/such/file.yaml", {}, ProcessEnvironment()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "no/such/file.yaml: there is no such file; name a scenario file");
  EXPECT_FALSE(LoadScenario("/", {}, ProcessEnvironment()).ok());
}

}  // namespace
}  // namespace monsoon
