#include "controller/core/report/case_spec_json.h"

#include <gtest/gtest.h>

#include <random>

#include <nlohmann/json.hpp>

namespace monsoon {
namespace {

class AnySpec {
 public:
  explicit AnySpec(uint64_t seed) : random_(seed) {}

  CaseSpec Make() {
    CaseSpec spec;
    spec.index = static_cast<int32_t>(Int() % 1000);
    spec.name = Text();
    spec.model = {Text(), Text(), {Text(), Text(), Text()}};
    spec.dataset = {Text(),
                    static_cast<DatasetFormat>(random_() % 8),
                    Text(),
                    Int(),
                    Int(),
                    static_cast<DatasetOrder>(random_() % 2),
                    static_cast<OnBadLine>(random_() % 2),
                    Bool(),
                    {Text(), Text(), Text()},
                    Int(),
                    Int(),
                    Length(),
                    static_cast<ConversationTurns>(random_() % 2),
                    Int(),
                    Length(),
                    Int(),
                    Int()};
    spec.engine = {.type = Text(),
                   .route = Text(),
                   .name = Text(),
                   .url = Text(),
                   .api_key_env = Text(),
                   .api_key_file = Text(),
                   .extra_body_json = Text(),
                   .prompt_template = Text(),
                   .system_prompt = Text()};
    for (uint64_t n = random_() % 3; n > 0; --n)
      spec.engine.headers.emplace_back(Text(), "", Text());
    spec.concurrency = Int();
    spec.load = {static_cast<LoadLaw>(random_() % 3), {Int()}, Int()};
    spec.requests = Int();
    spec.duration_ns = Int();
    spec.grace_ns = Int();
    spec.warmup = Int();
    spec.sampling = MakeSampling();
    spec.timeouts = {Int(), Int(), Int(), Int()};
    spec.max_event_bytes = Int();
    spec.token_source = static_cast<TokenRule>(random_() % 3);
    spec.verify_usage = Bool();
    spec.keep_answers = Bool();
    for (uint64_t n = random_() % 3; n > 0; --n) {
      spec.gates.push_back({Text(), Text(), static_cast<GateOp>(random_() % 4), Double()});
    }
    spec.verdict = {Int(), Double(), Double(), Double(), Double()};
    return spec;
  }

 private:
  Sampling MakeSampling() {
    Sampling sampling{Bool()};
    sampling.max_tokens = Maybe(Int());
    sampling.min_tokens = Maybe(Int());
    sampling.temperature = Maybe(Double());
    sampling.top_p = Maybe(Double());
    sampling.top_k = Maybe(Int());
    sampling.frequency_penalty = Maybe(Double());
    sampling.presence_penalty = Maybe(Double());
    sampling.repetition_penalty = Maybe(Double());
    sampling.seed = Maybe(Int());
    sampling.ignore_eos = Maybe(Bool());
    for (uint64_t n = random_() % 3; n > 0; --n) sampling.stop.push_back(Text());
    return sampling;
  }
  TokenLength Length() {
    return {static_cast<LengthLaw>(random_() % 5), Int(), Int(), Int(), Int()};
  }
  template <typename T>
  std::optional<T> Maybe(T value) {
    return Bool() ? std::optional<T>(value) : std::nullopt;
  }
  bool Bool() { return random_() % 2 == 0; }
  int64_t Int() { return static_cast<int64_t>(random_() >> (1 + random_() % 60)); }
  double Double() { return static_cast<double>(random_() >> 11) * 0x1p-53 * 1000; }
  std::string Text() {
    static const std::vector<std::string> kPieces = {"a", "\"", "\\", "\n", "问答",
                                                     "🚀", "",   "/",  "{"};
    std::string text;
    for (uint64_t n = random_() % 6; n > 0; --n) text += kPieces[random_() % kPieces.size()];
    return text;
  }

  std::mt19937_64 random_;
};

TEST(CaseSpecJsonTest, RoundTripIsExact) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const CaseSpec spec = AnySpec(seed).Make();
    const std::string json = CaseSpecToJson(spec);
    const absl::StatusOr<CaseSpec> back = CaseSpecFromJson(json);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, spec) << "seed " << seed << "\n" << json;
  }
}

TEST(CaseSpecJsonTest, MissingMembersKeepTheirDefaults) {
  EXPECT_EQ(*CaseSpecFromJson("{}"), CaseSpec{});
  EXPECT_EQ(*CaseSpecFromJson(R"({"sampling": {}, "unknown": 1})"), CaseSpec{});
  EXPECT_EQ(CaseSpecFromJson(R"({"sampling": {"max_tokens": null}})")->sampling.max_tokens,
            std::nullopt);
}

TEST(CaseSpecJsonTest, NamesAreWords) {
  CaseSpec spec;
  spec.dataset.format = DatasetFormat::kLongalpaca;
  spec.gates = {{"x", "error_rate", GateOp::kGreaterEqual, 0.5}};
  const auto json = nlohmann::json::parse(CaseSpecToJson(spec));
  EXPECT_EQ(json["dataset"]["format"], DatasetFormatName(DatasetFormat::kLongalpaca));
  EXPECT_EQ(json["dataset"]["order"], "sequential");
  EXPECT_EQ(json["dataset"]["turns"], "first");
  EXPECT_EQ(json["dataset"]["output_tokens"]["law"], "unset");
  EXPECT_EQ(json["gates"][0]["op"], ">=");
  EXPECT_EQ(json["timeouts"]["connect_ns"], 10'000'000'000);
}

TEST(CaseSpecJsonTest, DamageIsDataLossNotACrash) {
  for (const char* const json :
       {"", "{", "[]", R"({"name": 7})", R"({"model": []})", R"({"sampling": {"stop": "x"}})"}) {
    const auto spec = CaseSpecFromJson(json);
    EXPECT_EQ(spec.status().code(), absl::StatusCode::kDataLoss) << json;
  }
}

TEST(CaseSpecJsonTest, SecretsAreTakenOut) {
  CaseSpec spec;
  spec.engine.headers = {{"X-Team", "a"}, {"Authorization", "Bearer b"}};
  spec.engine.url = "https://user:p@ss@host:8000/v1?x=a@b";
  const CaseSpec stored = WithoutSecrets(spec);
  EXPECT_EQ(stored.engine.headers[1].name, "Authorization");
  EXPECT_TRUE(stored.engine.headers[1].value.empty());
  EXPECT_EQ(stored.engine.headers[1].written, "<not stored>");
  EXPECT_EQ(stored.engine.url, "https://host:8000/v1?x=a@b");
  spec.engine.url = "http://host/v1?x=a@b";
  EXPECT_EQ(WithoutSecrets(spec).engine.url, spec.engine.url);
}

}  // namespace
}  // namespace monsoon
