#include <gtest/gtest.h>

#include "absl/strings/str_split.h"

#include "controller/core/report/clean_text.h"
#include "controller/core/report/text_table.h"
#include "controller/core/report/text_wrap.h"

namespace monsoon {
namespace {

TEST(TextTableTest, ColumnsAlignByDisplayWidth) {
  TextTable table;
  table.AddColumn("Engine", TextTable::Align::kLeft, 9);
  table.AddColumn("tok/s");
  table.AddColumn("Verdict", TextTable::Align::kLeft);
  table.AddRow({"vllm", "1234.5", "VALID"});
  table.AddRow({"生产", "7", "FAILED"});
  table.AddRow({"a-long-name", "8"});
  EXPECT_EQ(table.Render(2),
            "  Engine      tok/s  Verdict\n"
            "  vllm       1234.5  VALID\n"
            "  生产            7  FAILED\n"
            "  a-long-n…       8\n");
}

TEST(WrapTextTest, HangingIndent) {
  EXPECT_EQ(WrapText("- ", "one two three four", 11), "- one two\n  three\n  four\n");
  EXPECT_EQ(WrapText("- ", "one two three", 15), "- one two three\n") << "exactly full";
  EXPECT_EQ(WrapText("x ", "", 10), "x \n");
}

TEST(WrapTextTest, WideAndLongWordsAreCutToFit) {
  EXPECT_EQ(WrapText("", "生产环境", 5), "生产\n环境\n");
  EXPECT_EQ(WrapText("", "abcdefgh ij", 4), "abcd\nefgh\nij\n");
}

TEST(WrapTextTest, NoLineIsTooLongAndNoCharacterIsLost) {
  const std::string text = "The quick 棕色 fox-jumps-over-the-very-lazy 狗狗狗狗狗狗 dog, twice.";
  for (int columns = 6; columns < 80; ++columns) {
    const std::string wrapped = WrapText("> ", text, columns);
    std::string kept;
    const std::vector<std::string> lines = absl::StrSplit(wrapped, '\n');
    for (const std::string& line : lines) {
      EXPECT_LE(DisplayWidth(line), columns) << wrapped;
      for (const char c : line) {
        if (c != ' ' && c != '>') kept += c;
      }
    }
    std::string expected;
    for (const char c : text) {
      if (c != ' ') expected += c;
    }
    EXPECT_EQ(kept, expected);
  }
}

}  // namespace
}  // namespace monsoon
