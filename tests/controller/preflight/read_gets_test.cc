// What servers say of themselves.
#include "controller/core/preflight/read_gets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monsoon {
namespace {

using enum EngineGetKind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

ProbeGet Get(EngineGetKind kind, std::string body, int32_t status = 200) {
  return {.kind = kind, .target = "/x", .http_status = status, .body = std::move(body)};
}

EngineFacts Read(const std::vector<ProbeGet>& gets, std::string model = "m") {
  EngineFacts facts;
  facts.model = std::move(model);
  ReadGets(gets, facts);
  return facts;
}

TEST(ReadGetsTest, Vllm) {
  const EngineFacts facts = Read({Get(kHealth, ""), Get(kVersion, R"({"version":"0.9.1"})"),
                                  Get(kModels, R"({"object":"list","data":[
                  {"id":"other","owned_by":"me","max_model_len":1},
                  {"id":"m","owned_by":"vllm","max_model_len":8192}]})")});
  EXPECT_EQ(facts.health, "ok");
  EXPECT_EQ(facts.version, "0.9.1");
  EXPECT_THAT(facts.models, ElementsAre("other", "m"));
  EXPECT_EQ(facts.owned_by, "vllm") << "of the model that is asked for";
  EXPECT_THAT(facts.limits, ElementsAre(Pair("max_model_len", 8192)));
}

TEST(ReadGetsTest, Tgi) {
  const EngineFacts facts = Read({Get(
      kVersion,
      R"({"model_id":"org/m","version":"3.3.5","max_total_tokens":4096,"max_concurrent_requests":128})")});
  EXPECT_EQ(facts.version, "3.3.5");
  EXPECT_THAT(facts.models, ElementsAre("org/m"));
  EXPECT_THAT(facts.limits,
              ElementsAre(Pair("max_concurrent_requests", 128), Pair("max_total_tokens", 4096)));
}

TEST(ReadGetsTest, LlamaCpp) {
  const EngineFacts facts = Read({Get(kHealth, R"({"error":{"message":"Loading model"}})", 503),
                                  Get(kVersion, R"({"build_info":"b9478-abc","total_slots":4,
                              "default_generation_settings":{"n_ctx":2048}})")});
  EXPECT_EQ(facts.health, "HTTP 503");
  EXPECT_EQ(facts.version, "b9478-abc");
  EXPECT_THAT(facts.limits, ElementsAre(Pair("n_ctx", 2048), Pair("total_slots", 4)));
}

TEST(ReadGetsTest, Ollama) {
  const EngineFacts facts = Read({Get(kVersion, R"({"version":"0.5.1"})"),
                                  Get(kModels, R"({"models":[{"name":"qwen2:7b"}]})")});
  EXPECT_EQ(facts.version, "0.5.1");
  EXPECT_THAT(facts.models, ElementsAre("qwen2:7b"));
}

TEST(ReadGetsTest, AnythingElseIsPassedOver) {
  for (const char* const body : {"", "ok", "[1]", "{\"data\":7}", "{\"data\":[1,{\"id\":2},{}]}",
                                 "{\"version\":[]}", "{\"models\":", "<html>"}) {
    const EngineFacts facts = Read({Get(kVersion, body), Get(kModels, body)});
    EXPECT_EQ(facts.version, "") << body;
    EXPECT_THAT(facts.models, IsEmpty()) << body;
  }
  EXPECT_THAT(Read({Get(kModels, R"({"data":[{"id":"m"}]})", 404)}).models, IsEmpty());
  EXPECT_EQ(Read({{.kind = kHealth, .error = "no answer"}}).health, "");
}

}  // namespace
}  // namespace monsoon
