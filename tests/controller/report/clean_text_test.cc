#include "controller/core/report/clean_text.h"

#include <gtest/gtest.h>

#include <random>

namespace monsoon {
namespace {

TEST(CleanTextTest, GoodTextIsLeftAlone) {
  EXPECT_EQ(CleanText("plain"), "plain");
  EXPECT_EQ(CleanText("开放问答 é 🚀"), "开放问答 é 🚀");
}

TEST(CleanTextTest, ControlsBecomeSpaces) {
  EXPECT_EQ(CleanText("a\r\nb\tc\x7f"), "a  b c ");
  EXPECT_EQ(CleanText("\x1b[31mred"), " [31mred");
  EXPECT_EQ(CleanText("\u009b31m"), " 31m") << "the one-character form of ESC [";
  EXPECT_EQ(CleanText("\u202ecba"), " cba") << "right-to-left override";
}

TEST(CleanTextTest, BytesThatAreNotUtf8AreReplacedOneByOne) {
  EXPECT_EQ(CleanText("a\xff"
                      "b"),
            "a\ufffdb");
  EXPECT_EQ(CleanText("\xe5\xbc"), "\ufffd\ufffd") << "a character cut off by the 512 byte limit";
  EXPECT_EQ(CleanText("\xc0\xaf"), "\ufffd\ufffd") << "overlong";
  EXPECT_EQ(CleanText("\xed\xa0\x80"), "\ufffd\ufffd\ufffd") << "surrogate";
  EXPECT_EQ(CleanText("\xf4\x90\x80\x80"), "\ufffd\ufffd\ufffd\ufffd") << "beyond U+10FFFF";
  EXPECT_EQ(CleanText("\x80"), "\ufffd");
}

TEST(CleanTextTest, CleaningTwiceChangesNothing) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (uint64_t n = random() % 12; n > 0; --n) text += static_cast<char>(random());
    const std::string clean = CleanText(text);
    EXPECT_EQ(CleanText(clean), clean);
  }
}

TEST(CleanTextTest, HtmlSpecialsAreEscaped) {
  EXPECT_EQ(EscapeHtml("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
}

TEST(CleanTextTest, WidthIsThatOfATerminal) {
  EXPECT_EQ(DisplayWidth(""), 0);
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("生产"), 4);
  EXPECT_EQ(DisplayWidth("ｆｕｌｌ"), 8);
  EXPECT_EQ(DisplayWidth("é"), 1);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
  EXPECT_EQ(DisplayWidth("한글"), 4);
  EXPECT_EQ(DisplayWidth("\u2013"), 1);
}

TEST(CleanTextTest, FitWidthCutsBetweenCharacters) {
  EXPECT_EQ(FitWidth("abc", 3), "abc");
  EXPECT_EQ(FitWidth("abcd", 3), "ab…");
  EXPECT_EQ(FitWidth("生产环境", 8), "生产环境");
  EXPECT_EQ(FitWidth("生产环境", 7), "生产环…");
  EXPECT_EQ(FitWidth("生产环境", 6), "生产…") << "5 columns cannot hold 2.5 characters";
  EXPECT_EQ(FitWidth("生产", 1), "…");
}

}  // namespace
}  // namespace monsoon
