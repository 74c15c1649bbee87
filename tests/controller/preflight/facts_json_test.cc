// What is known of an engine survives the database.
#include "controller/core/preflight/facts_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/core/preflight/facts_text.h"

namespace monsoon {
namespace {

EngineFacts FullFacts() {
  return {.engine = "a",
          .type = "vllm",
          .url = "http://gpu1:8000/v1/chat/completions",
          .model = "m",
          .agent = "embedded",
          .request_id = "run.preflight.0",
          .server = "uvicorn",
          .health = "ok",
          .version = "0.9.1",
          .models = {"m", "n"},
          .owned_by = "vllm",
          .limits = {{"max_model_len", 8192}},
          .first_token_s = 0.034,
          .done_s = std::nullopt,
          .token_source = "usage",
          .finish_reason = "stop",
          .warnings = {"one", "two"}};
}

TEST(EngineFactsTest, JsonKeepsEveryField) {
  const auto read = EngineFactsFromJson(EngineFactsToJson(FullFacts()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, FullFacts());
  EXPECT_EQ(*EngineFactsFromJson(EngineFactsToJson(EngineFacts())), EngineFacts());
}

TEST(EngineFactsTest, DamageIsAnError) {
  for (const char* const json : {"", "[]", "{}", "{\"engine\":7}"}) {
    EXPECT_FALSE(EngineFactsFromJson(json).ok()) << json;
  }
}

TEST(EngineFactsTest, InWords) {
  EXPECT_EQ(DescribeEngine(FullFacts()),
            "a (http://gpu1:8000/v1/chat/completions): version 0.9.1, serves m, n, max_model_len "
            "8192, first token after 0.034 s");
  EngineFacts bare;
  bare.engine = "b";
  bare.url = "http://h/";
  bare.done_s = 1.5;
  EXPECT_EQ(DescribeEngine(bare), "b (http://h/): answered after 1.500 s");
}

}  // namespace
}  // namespace monsoon
