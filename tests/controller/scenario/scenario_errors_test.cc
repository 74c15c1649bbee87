// Every tests/golden/scenario/*.yaml is a scenario with mistakes; the .txt beside it holds the
// whole message. Comment lines that begin with "# --set " are overrides.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/io/scenario/scenario_yaml.h"
#include "tests/controller/scenario/scenario_testing.h"
#include "tests/golden/golden.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> OverridesIn(const std::string& text) {
  const std::string prefix = "# --set ";
  std::vector<std::string> overrides;
  for (size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
    at += prefix.size();
    overrides.push_back(text.substr(at, text.find('\n', at) - at));
  }
  return overrides;
}

std::string ErrorOf(const std::string& text) {
  ScenarioSource source = SourceOf(text, {{"TOKEN_IN_THE_WRONG_PLACE", "SECRET"}, {"KEY", "k"}});
  source.overrides = OverridesIn(text);
  const absl::StatusOr<Scenario> scenario = ParseScenario(source);
  return scenario.ok() ? "no error\n" : std::string(scenario.status().message()) + "\n";
}

class ScenarioErrors : public testing::TestWithParam<std::string> {};

TEST_P(ScenarioErrors, AreReportedAllAtOnceWithTheirPlace) {
  const std::string error = ErrorOf(ReadGolden(GetParam()));
  EXPECT_NE(error, "no error\n");
  EXPECT_THAT(error, Not(HasSubstr("SECRET")));
  ExpectGolden(error,
               GetParam().substr(0, GetParam().size() - std::string(".yaml").size()) + ".txt");
}

std::string NameOfFile(const testing::TestParamInfo<std::string>& file) {
  const size_t begin = file.param.find('/') + 1;
  return file.param.substr(begin, file.param.find('.') - begin);
}

INSTANTIATE_TEST_SUITE_P(Golden, ScenarioErrors, testing::ValuesIn(ListGolden("scenario", ".yaml")),
                         NameOfFile);

TEST(ScenarioErrorsInBytes, NotUtf8) {
  EXPECT_EQ(ErrorOf("name: a\nmodel: \xff\n"),
            "scenario.yaml:2:1: this line is not UTF-8: expected a YAML text saved as UTF-8\n");
}

TEST(ScenarioErrorsInBytes, ControlCharacterThatWouldEndTheFileInSilence) {
  EXPECT_THAT(ErrorOf("name: a\nmodel: \x04\nzzz: 1\n"),
              HasSubstr("scenario.yaml:2:8: a control character"));
}

// Ten levels of ten aliases each are 10^10 values.
TEST(ScenarioErrorsInBytes, AliasesThatGrowWithoutBound) {
  std::string text = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
  for (int level = 1; level <= 10; ++level) {
    const std::string alias = "*a" + std::to_string(level - 1);
    text += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [" + alias;
    for (int i = 1; i < 10; ++i) text += "," + alias;
    text += "]\n";
  }
  EXPECT_THAT(ErrorOf(text), HasSubstr("not valid YAML: more than 200000 values"));
}

TEST(ScenarioErrorsInBytes, NestedBeyondReason) {
  EXPECT_THAT(ErrorOf("model: " + std::string(100'000, '[')), HasSubstr("not valid YAML"));
}

}  // namespace
}  // namespace monsoon
