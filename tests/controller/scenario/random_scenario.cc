#include "tests/controller/scenario/random_scenario.h"

#include <optional>
#include <string>
#include <vector>

#include "controller/core/scenario/matrix.h"
#include "controller/core/scenario/ranges.h"

namespace monsoon {
namespace {

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

TokenLength AnyLength(std::mt19937_64& random, int64_t least) {
  const int64_t min = AnyIn(random, Range<int64_t>{least, 500'000});
  const int64_t max = AnyIn(random, Range<int64_t>{min, 1'000'000});
  switch (random() % 3) {
    case 0:
      return {.law = LengthLaw::kFixed, .mean = min};
    case 1:
      return {.law = LengthLaw::kUniform, .min = min, .max = max};
    default:
      return {LengthLaw::kNormal, AnyIn(random, Range<int64_t>{min, max}),
              AnyIn(random, Range<int64_t>{1, 1000}), min, max};
  }
}

bool HasAnswers(DatasetFormat format) {
  return format != DatasetFormat::kEmbedding && format != DatasetFormat::kRerank;
}

// Only with keys that go with its format.
DatasetSpec AnyDataset(std::mt19937_64& random) {
  DatasetSpec dataset;
  dataset.name = AnyText(random);
  dataset.format = static_cast<DatasetFormat>(random() % 8);
  if (HasAnswers(dataset.format) && random() % 2 == 0) {
    dataset.output_tokens = AnyLength(random, 1);
  }
  if (dataset.format == DatasetFormat::kRandom) {
    dataset.prefix_tokens = AnyIn(random, Range<int64_t>{0, 100});
    dataset.input_tokens = AnyLength(random, dataset.prefix_tokens + 1);
    dataset.prompts = random() % 2 == 0 ? 0 : AnyIn(random, kRequestsRange);
    return dataset;
  }
  if (dataset.format == DatasetFormat::kSharegpt && random() % 2 == 0) {
    dataset.turns = ConversationTurns::kAll;
    dataset.output_tokens = {.law = LengthLaw::kReference};
  }
  if (dataset.format == DatasetFormat::kEmbedding) {
    dataset.batch_size = AnyIn(random, kBatchSizeRange);
  }
  if (random() % 2 == 0) dataset.min_prompt_tokens = AnyIn(random, Range<int64_t>{0, 100});
  if (random() % 2 == 0) dataset.max_prompt_tokens = AnyIn(random, Range<int64_t>{100, 1000});
  dataset.path = "/" + AnyText(random) + ".jsonl";
  dataset.min_prompt_length = AnyIn(random, Range<int64_t>{0, 100});
  if (random() % 2 == 0) dataset.max_prompt_length = AnyIn(random, Range<int64_t>{100, 1000});
  dataset.order = static_cast<DatasetOrder>(random() % 2);
  dataset.on_bad_line = static_cast<OnBadLine>(random() % 2);
  dataset.cache_bust = random() % 2 == 0;
  return dataset;
}

// A dollar sign in a value is written twice.
SecretHeader AnyHeader(const std::string& name, std::mt19937_64& random) {
  const std::string value = AnyText(random);
  std::string written;
  for (const char c : value) written.append(c == '$' ? 2 : 1, c);
  return {name, value, written};
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
  if (random() % 2 == 0) engine.headers = {AnyHeader("X-A", random), AnyHeader("X-!$'~", random)};
  if (random() % 2 == 0) {
    engine.extra_body_json =
        R"({"$k":"$v","n":null,"f":0.1,"e":1e+22,"i":-5,"u":18446744073709551615,"s":"a\"\\\n\u0001é",)"
        R"("a":[{},[],"5",true,"null"]})";
  }
  return engine;
}

}  // namespace

CaseSpec AnyCase(std::mt19937_64& random, int32_t index) {
  CaseSpec spec;
  spec.index = index;
  spec.model = {.name = AnyText(random)};
  if (random() % 2 == 0) spec.model.tokenizer = "/t/" + AnyText(random);
  spec.dataset = AnyDataset(random);
  if (spec.dataset.needs_tokenizer()) spec.model.tokenizer = "/t/tokenizer.json";
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
  spec.keep_answers = random() % 2 == 0;
  spec.gates.clear();
  if (random() % 2 == 0) spec.gates = {*ParseGate("ttft_s.p99 < 500ms"), *ParseGate("itl_s.max<1")};
  spec.verdict = {AnyIn(random, kMaxErrorRange), AnyIn(random, kShareRange),
                  AnyIn(random, kShareRange), AnyIn(random, kShareRange),
                  AnyIn(random, kShareRange)};
  return spec;
}

Scenario AnyScenario(std::mt19937_64& random) {
  Scenario scenario{.name = "n" + std::to_string(random() % 100), .seed = random()};
  const auto count = static_cast<int32_t>(random() % 3 + 1);
  for (int32_t i = 0; i < count; ++i) scenario.cases.push_back(AnyCase(random, i));
  if (random() % 2 == 0) scenario.agents = {"load1:7070", "[::1]:5*2.5", "unix:/run/$x y.sock"};
  scenario.expect_agents = AnyIn(random, kExpectAgentsRange);
  scenario.lease_ns = AnyIn(random, kLeaseRange);
  if (random() % 2 == 0) scenario.on_agent_loss = OnAgentLoss::kAbort;
  scenario.max_start_skew_ns = AnyIn(random, kStartSkewRange);
  if (random() % 2 == 0) {
    scenario.agent_tls = {"/" + AnyText(random) + ".pem", "/cert.pem", "/key.pem"};
  } else {
    scenario.insecure_agents = random() % 2 == 0;
  }
  scenario.pause_ns = AnyIn(random, kPauseRange);
  return scenario;
}

}  // namespace monsoon
