// Which flags a command line has, as argparse would find them.
#include "controller/core/evalscope/evalscope_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "controller/core/evalscope/shell_words.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<EvalscopeCommand> Parse(std::string_view line) {
  return ParseEvalscopeCommand(*SplitShellWords(line));
}

std::string ErrorOf(std::string_view line) { return std::string(Parse(line).status().message()); }

TEST(EvalscopeCommandTest, FindsValuesInEveryForm) {
  const auto command = Parse("llmuses perf -n 5 --read-timeout=120 --parallel 1 2 3 --stream");
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_FALSE(command->is_new);
  EXPECT_EQ(command->Value("--number"), "5");
  EXPECT_EQ(command->Value("--read-timeout"), "120");
  EXPECT_THAT(command->Values("--parallel"), ElementsAre("1", "2", "3"));
  EXPECT_TRUE(command->Has("--stream"));
  EXPECT_FALSE(command->Has("--model"));
  EXPECT_EQ(command->Value("--model"), std::nullopt);
}

TEST(EvalscopeCommandTest, TakesThePlaceOfTheProgramAndAbbreviations) {
  const auto command =
      Parse("CUDA_VISIBLE_DEVICES=0 /opt/bin/evalscope perf --rate -1 --max-prompt 7 --numb 3");
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_TRUE(command->is_new);
  EXPECT_EQ(command->Value("--rate"), "-1") << "a negative number is a value";
  EXPECT_EQ(command->Value("--max-prompt-length"), "7");
  EXPECT_EQ(command->Value("--number"), "3");
}

TEST(EvalscopeCommandTest, TheLastOfSeveralWins) {
  EXPECT_EQ(Parse("llmuses perf --model a --model b")->Value("--model"), "b");
}

TEST(EvalscopeCommandTest, AllMistakesAtOnce) {
  const std::string error = ErrorOf("llmuses perf --paralel 5 --model --max 3 stray --stream=yes");
  EXPECT_THAT(error, HasSubstr("--paralel is no flag"));
  EXPECT_THAT(error, HasSubstr("did you mean --parallel?"));
  EXPECT_THAT(error, HasSubstr("--model lacks its value"));
  EXPECT_THAT(error, HasSubstr("--max is no flag")) << "the abbreviation of several";
  EXPECT_THAT(error, HasSubstr("--stream takes no value"));
}

TEST(EvalscopeCommandTest, AWordThatNoFlagTakesIsNamed) {
  EXPECT_THAT(ErrorOf("llmuses perf --model a b"), HasSubstr("'b' follows no flag"));
}

TEST(EvalscopeCommandTest, OtherCommandsAreNone) {
  EXPECT_THAT(ErrorOf("evalscope eval --model a"), HasSubstr("'evalscope eval'"));
  EXPECT_THAT(ErrorOf("python bench.py"), HasSubstr("'python bench.py'"));
  EXPECT_THAT(ErrorOf("llmuses"), HasSubstr("llmuses perf --url"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("llmuses perf --url"));
}

TEST(EvalscopeFlagsTest, NamesAreDistinctAndSecretsAreMarked) {
  std::set<std::string_view> names;
  for (const EvalscopeFlag& flag : EvalscopeFlags()) {
    EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
    if (!flag.alias.empty()) {
      EXPECT_TRUE(names.insert(flag.alias).second) << flag.alias;
    }
    const bool names_a_secret = flag.name.find("key") != std::string_view::npos;
    EXPECT_TRUE(flag.secret || !names_a_secret) << flag.name;
  }
}

}  // namespace
}  // namespace monsoon
