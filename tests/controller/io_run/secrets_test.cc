// API keys from variables and files; values never show.
#include "controller/io/run/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <string>

#include "tests/controller/store/temp_dir.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

constexpr char kVariable[] = "MONSOON_SECRETS_TEST_KEY";

class ReadApiKeyTest : public ::testing::Test {
 protected:
  ~ReadApiKeyTest() override { unsetenv(kVariable); }

  EngineSpec FileEngine(const std::string& content) {
    EngineSpec engine;
    engine.name = "prod";
    engine.api_key_file = folder_ / "key";
    std::ofstream(engine.api_key_file) << content;
    return engine;
  }

  TempDir folder_;
};

TEST_F(ReadApiKeyTest, AnEngineMayNeedNone) {
  const absl::StatusOr<Secret> key = ReadApiKey(EngineSpec());
  ASSERT_TRUE(key.ok());
  EXPECT_TRUE(key->empty());
}

TEST_F(ReadApiKeyTest, FromAVariable) {
  EngineSpec engine;
  engine.name = "prod";
  engine.api_key_env = kVariable;
  setenv(kVariable, "sk-env", 1);
  EXPECT_EQ(ReadApiKey(engine).value().Reveal(), "sk-env");
  for (const bool empty : {true, false}) {
    empty ? setenv(kVariable, "", 1) : unsetenv(kVariable);
    const absl::Status status = ReadApiKey(engine).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), HasSubstr(kVariable));
    EXPECT_THAT(std::string(status.message()), HasSubstr("prod"));
  }
}

TEST_F(ReadApiKeyTest, FromAFileWithoutItsLineBreak) {
  EXPECT_EQ(ReadApiKey(FileEngine("sk-file\n")).value().Reveal(), "sk-file");
  EXPECT_EQ(ReadApiKey(FileEngine("sk-file\r\n\n")).value().Reveal(), "sk-file");
  EXPECT_EQ(ReadApiKey(FileEngine("sk-file")).value().Reveal(), "sk-file");
}

TEST_F(ReadApiKeyTest, AMissingFileIsNamed) {
  EngineSpec engine;
  engine.name = "prod";
  engine.api_key_file = folder_ / "nothing";
  const absl::Status status = ReadApiKey(engine).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr(engine.api_key_file));
  engine.api_key_file = folder_.path();
  EXPECT_EQ(ReadApiKey(engine).status().code(), absl::StatusCode::kFailedPrecondition);
}

// Otherwise the run would go on without a key, and every request would fail with 401.
TEST_F(ReadApiKeyTest, AFileWithoutAKeyIsNoKey) {
  for (const char* content : {"", "\n", " \n"}) {
    EXPECT_EQ(ReadApiKey(FileEngine(content)).status().code(),
              absl::StatusCode::kFailedPrecondition)
        << ::testing::PrintToString(content);
  }
}

TEST(SecretVariablesTest, AreThoseOfKeysHeadersAndHubs) {
  Scenario scenario;
  CaseSpec spec;
  spec.engine.api_key_env = "B_KEY";
  spec.engine.headers = {{"X-A", "v", "${X_A} and ${X_B:-none}"}, {"X-C", "$5", "$$5 ${"}};
  scenario.cases = {spec, spec, CaseSpec()};
  EXPECT_THAT(SecretVariables(scenario),
              ::testing::ElementsAre("B_KEY", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN",
                                     "MODELSCOPE_API_TOKEN", "X_A", "X_B"));
}

TEST(SecretVariablesTest, AreForgotten) {
  setenv(kVariable, "hunter2", 1);
  ForgetVariables({kVariable, "MONSOON_SECRETS_TEST_NOT_SET"});
  EXPECT_EQ(getenv(kVariable), nullptr);
}

}  // namespace
}  // namespace monsoon
