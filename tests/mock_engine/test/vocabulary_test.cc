#include "tests/mock_engine/vocabulary.h"

#include <gtest/gtest.h>

namespace monsoon::mock_engine {
namespace {

std::string Escape(std::string_view text, bool ascii_only) {
  std::string out;
  AppendJsonText(text, ascii_only, &out);
  return out;
}

TEST(JsonTextTest, EscapesWhatJsonForbids) {
  EXPECT_EQ(Escape("a\"b\\c\nd\x01", false), R"(a\"b\\c\nd\u0001)");
  EXPECT_EQ(JsonString("m\"", false), R"("m\"")");
}

TEST(JsonTextTest, AsciiOnlyLikePython) {
  // json.dumps("é季\U0001F327") and of nothing else.
  EXPECT_EQ(Escape("\u00e9\u5b63\U0001F327", true), R"(\u00e9\u5b63\ud83c\udf27)");
  EXPECT_EQ(Escape("\u00e9\u5b63", false), "\u00e9\u5b63");
}

TEST(JsonTextTest, BadUtf8BecomesReplacementCharacters) {
  EXPECT_EQ(Escape("\xFF", true), R"(\ufffd)");
  EXPECT_EQ(Escape("\xE5\xAD", true), R"(\ufffd\ufffd)");
  EXPECT_EQ(Escape("\xE5x", true), R"(\ufffdx)");
}

TEST(VocabularyTest, WordsCycle) {
  EXPECT_EQ(Word(0), "The");
  EXPECT_EQ(Word(16), Word(0));
  EXPECT_EQ(EscapedWord(8, true), R"(\ud83c\udf27)");
  EXPECT_EQ(EscapedWord(8, false), "\U0001F327");
  EXPECT_EQ(EscapedWord(12, false), R"(\n)");
}

}  // namespace
}  // namespace monsoon::mock_engine
