// Words as a POSIX shell cuts them.
#include "controller/core/evalscope/shell_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Split(std::string_view text) {
  absl::StatusOr<std::vector<std::string>> words = SplitShellWords(text);
  EXPECT_TRUE(words.ok()) << words.status();
  return words.ok() ? *words : std::vector<std::string>();
}

std::string ErrorOf(std::string_view text) {
  return std::string(SplitShellWords(text).status().message());
}

TEST(ShellWordsTest, BlanksSeparateAndQuotesHold) {
  EXPECT_THAT(Split("a  b\tc"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Split(R"(a 'b c' "d e" f"g"'h')"), ElementsAre("a", "b c", "d e", "fgh"));
  EXPECT_THAT(Split(R"('{"text_input": "%p\n", "n": 1}')"),
              ElementsAre(R"({"text_input": "%p\n", "n": 1})"));
  EXPECT_THAT(Split(R"(--stop "" x)"), ElementsAre("--stop", "", "x"));
}

TEST(ShellWordsTest, BackslashesEscapeAsInAShell) {
  EXPECT_THAT(Split(R"(a\ b)"), ElementsAre("a b"));
  EXPECT_THAT(Split(R"("a \"b\" \n \\")"), ElementsAre(R"(a "b" \n \)"));
  EXPECT_THAT(Split(R"('a\b')"), ElementsAre(R"(a\b)"));
  EXPECT_THAT(Split("\"cost: \\$5\""), ElementsAre("cost: $5"));
}

TEST(ShellWordsTest, AContinuedLineIsOneLineAlsoWithBlanksBehindTheBackslash) {
  EXPECT_THAT(Split("a \\\n  b"), ElementsAre("a", "b"));
  EXPECT_THAT(Split("a \\  \n  b"), ElementsAre("a", "b"));
  EXPECT_THAT(Split("a \\\r\n  b"), ElementsAre("a", "b"));
  EXPECT_THAT(Split("a\\\nb"), ElementsAre("ab"));
}

TEST(ShellWordsTest, WhatIsTheShellsOwnEndsTheCommand) {
  EXPECT_THAT(Split("a b 2>&1 | tee log"), ElementsAre("a", "b"));
  EXPECT_THAT(Split("a b > out"), ElementsAre("a", "b"));
  EXPECT_THAT(Split("a b12>out"), ElementsAre("a", "b12"));
  EXPECT_THAT(Split("a b && c"), ElementsAre("a", "b"));
  EXPECT_THAT(Split("a b\nc"), ElementsAre("a", "b"));
  EXPECT_THAT(Split("\n\n  a # why\nb"), ElementsAre("a"));
  EXPECT_THAT(Split("# first\na b"), ElementsAre("a", "b"));
  EXPECT_THAT(Split("a '|' \"<|im_end|>\" b#c"), ElementsAre("a", "|", "<|im_end|>", "b#c"));
}

TEST(ShellWordsTest, WhatOnlyAShellCanReplaceIsNamed) {
  EXPECT_THAT(ErrorOf("a --url $URL b"), HasSubstr("'$URL'"));
  EXPECT_THAT(ErrorOf("a --url \"${URL}/v1\""), HasSubstr("'${URL}/v1'"));
  EXPECT_THAT(ErrorOf("a `date`"), HasSubstr("'`date`'"));
  EXPECT_THAT(Split("a '$URL' 5$ $"), ElementsAre("a", "$URL", "5$", "$"));
}

TEST(ShellWordsTest, AnOpenQuoteIsAnError) {
  EXPECT_THAT(ErrorOf("a 'b"), HasSubstr("without its end"));
  EXPECT_THAT(ErrorOf("a \"b"), HasSubstr("without its end"));
}

}  // namespace
}  // namespace monsoon
