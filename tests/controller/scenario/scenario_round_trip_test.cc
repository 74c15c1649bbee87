// ScenarioToYaml writes what LoadScenario reads back to an equal Scenario.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "controller/core/scenario/matrix.h"
#include "controller/core/scenario/ranges.h"
#include "controller/core/scenario/scenario_plan.h"
#include "controller/io/scenario/scenario_yaml.h"
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

// Texts that a careless writer breaks on.
std::string AnyText(std::mt19937_64& random) {
  static const auto& texts = *new std::vector<std::string>{"a",
                                                           "null",
                                                           "~",
                                                           "true",
                                                           "No",
                                                           "007",
                                                           "1e3",
                                                           "-",
                                                           "- a",
                                                           "a: b",
                                                           "a #b",
                                                           "#a",
                                                           "'",
                                                           "\"",
                                                           "a\\n",
                                                           "{a}",
                                                           "[a",
                                                           "&a",
                                                           "*a",
                                                           "!a",
                                                           "%a",
                                                           "@a",
                                                           "`a",
                                                           "a,b",
                                                           " a",
                                                           "a ",
                                                           "${HOME}",
                                                           "$$",
                                                           "a$",
                                                           "通义千问",
                                                           "é\u2028x",
                                                           "\U0001F600",
                                                           "<<",
                                                           "? a",
                                                           "...",
                                                           "---",
                                                           "a: 'b'",
                                                           "|",
                                                           ">",
                                                           "=",
                                                           "Qwen/Qwen2-7B",
                                                           "0x1F",
                                                           "1_000",
                                                           "12:30",
                                                           ".inf"};
  return texts[random() % texts.size()] + (random() % 4 == 0 ? texts[random() % texts.size()] : "");
}

template <typename T>
std::optional<T> Maybe(std::mt19937_64& random, T value) {
  return random() % 2 == 0 ? std::nullopt : std::optional<T>(value);
}

int64_t AnyIn(std::mt19937_64& random, const Range<int64_t>& range) {
  const int64_t min = range.min + (range.above_min ? 1 : 0);
  return std::uniform_int_distribution<int64_t>(min, range.max)(random);
}

double AnyIn(std::mt19937_64& random, const Range<double>& range) {
  return std::uniform_real_distribution<double>(range.min + 1e-9, range.max)(random);
}

Sampling AnySampling(std::mt19937_64& random) {
  Sampling sampling;
  sampling.stream = random() % 2 == 0;
  sampling.max_tokens = Maybe(random, 100 + AnyIn(random, Range<int64_t>{1, 1000}));
  sampling.min_tokens = Maybe(random, AnyIn(random, Range<int64_t>{0, 100}));
  sampling.temperature = Maybe(random, AnyIn(random, kTemperatureRange));
  sampling.top_p = Maybe(random, AnyIn(random, kTopPRange));
  sampling.top_k = Maybe(random, AnyIn(random, kTopKRange));
  sampling.frequency_penalty = Maybe(random, AnyIn(random, kPenaltyRange));
  sampling.presence_penalty = Maybe(random, AnyIn(random, kPenaltyRange));
  sampling.repetition_penalty = Maybe(random, AnyIn(random, kRepetitionPenaltyRange));
  sampling.seed = Maybe(random, AnyIn(random, kSamplingSeedRange));
  sampling.ignore_eos = Maybe(random, random() % 2 == 0);
  for (uint64_t i = random() % 3; i > 0; --i) sampling.stop.push_back(AnyText(random) + "\n\t\x01");
  return sampling;
}

DatasetSpec AnyDataset(std::mt19937_64& random) {
  DatasetSpec dataset;
  dataset.name = AnyText(random);
  dataset.format = static_cast<DatasetFormat>(random() % 3);
  dataset.path = "/" + AnyText(random) + ".jsonl";
  dataset.min_prompt_length = AnyIn(random, Range<int64_t>{0, 100});
  if (random() % 2 == 0) dataset.max_prompt_length = AnyIn(random, Range<int64_t>{100, 1000});
  dataset.order = static_cast<DatasetOrder>(random() % 2);
  dataset.on_bad_line = static_cast<OnBadLine>(random() % 2);
  dataset.cache_bust = random() % 2 == 0;
  return dataset;
}

EngineSpec AnyEngine(std::mt19937_64& random) {
  const bool raw = random() % 2 == 0;
  EngineSpec engine{.type = raw ? "sglang" : "vllm",
                    .route = raw ? "native" : "chat",
                    .name = AnyText(random),
                    .url = "http://h:1/a?b={$c},'d'"};
  if (raw) engine.prompt_template = AnyText(random) + "{prompt}\n" + AnyText(random);
  if (random() % 2 == 0) engine.system_prompt = AnyText(random) + "\t\n";
  if (random() % 4 == 0) {
    engine.type = engine.route = "custom";
    engine.custom = {.body_json = R"({"t":"%p $x","n":"%n","a":[{"m":"%m"},null,0.5]})",
                     .framing = static_cast<AnswerFraming>(random() % 2),
                     .mode = static_cast<AnswerMode>(random() % 2),
                     .pointers = {.text = "/a/0/~0~1 $'", .done = random() % 2 ? "/d" : "[DONE]"}};
    if (random() % 2 == 0) engine.custom.pointers.output_tokens = "/usage/*/n";
    engine.prompt_template.clear();
  }
  if (random() % 2 == 0) engine.api_key_env = "KEY";
  if (random() % 2 == 0) engine.headers = {{"X-A", AnyText(random)}, {"X-!$'~", AnyText(random)}};
  if (random() % 2 == 0) {
    engine.extra_body_json =
        R"({"$k":"$v","n":null,"f":0.1,"e":1e+22,"i":-5,"u":18446744073709551615,"s":"a\"\\\n\u0001é",)"
        R"("a":[{},[],"5",true,"null"]})";
  }
  return engine;
}

CaseSpec AnyCase(std::mt19937_64& random, int32_t index) {
  CaseSpec spec;
  spec.index = index;
  spec.model = {.name = AnyText(random)};
  if (random() % 2 == 0) spec.model.tokenizer = "/t/" + AnyText(random);
  spec.dataset = AnyDataset(random);
  // The index keeps the names distinct.
  spec.concurrency = index + 1;
  if (random() % 2 == 0) {
    spec.concurrency = 0;
    spec.load = {.law = random() % 2 == 0 ? LoadLaw::kConstant : LoadLaw::kPoisson,
                 .rate = {AnyIn(random, Range<int64_t>{kMinMicroPerMin, kMaxMicroPerMin - 10})},
                 .max_in_flight = AnyIn(random, kMaxInFlightRange)};
    spec.load.rate.micro_per_min += index;
  }
  spec.engine = AnyEngine(random);
  spec.name = CaseName(spec);
  spec.requests = AnyIn(random, kRequestsRange);
  spec.warmup = AnyIn(random, kWarmupRange);
  spec.sampling = AnySampling(random);
  spec.timeouts = {AnyIn(random, kTimeoutRange), AnyIn(random, kTimeoutRange),
                   AnyIn(random, kTimeoutRange), AnyIn(random, kTimeoutRange)};
  spec.max_event_bytes = AnyIn(random, kMaxEventBytesRange);
  if (!spec.model.tokenizer.empty()) {
    spec.token_source = static_cast<TokenRule>(random() % 3);
    spec.verify_usage = random() % 2 == 0;
  }
  spec.gates.clear();
  if (random() % 2 == 0) spec.gates = {*ParseGate("ttft_s.p99 < 500ms"), *ParseGate("itl_s.max<1")};
  spec.verdict = {AnyIn(random, kMaxErrorRange), AnyIn(random, kShareRange),
                  AnyIn(random, kShareRange), AnyIn(random, kShareRange),
                  AnyIn(random, kShareRange)};
  return spec;
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
  Scenario scenario{.name = "n" + std::to_string(random() % 100), .seed = random()};
  const auto count = static_cast<int32_t>(random() % 3 + 1);
  for (int32_t i = 0; i < count; ++i) scenario.cases.push_back(AnyCase(random, i));
  if (random() % 2 == 0) scenario.agents = {"load1:7070", "[::1]:5", "unix:/run/$x y.sock"};
  scenario.expect_agents = AnyIn(random, kExpectAgentsRange);
  scenario.pause_ns = AnyIn(random, kPauseRange);
  ExpectRoundTrip(scenario);
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
