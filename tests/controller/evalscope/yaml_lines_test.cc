// Values that read back as what they were.
#include "controller/core/evalscope/yaml_lines.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(YamlLinesTest, OnlyWhatIsSafeIsPlain) {
  EXPECT_EQ(YamlWord("qwen2-7b"), "qwen2-7b");
  EXPECT_EQ(YamlWord("./a/b.jsonl"), "\"./a/b.jsonl\"");
  EXPECT_EQ(YamlWord("a/b_c.jsonl"), "a/b_c.jsonl");
  EXPECT_EQ(YamlWord("true"), "\"true\"");
  EXPECT_EQ(YamlWord("No"), "\"No\"");
  EXPECT_EQ(YamlWord("7b"), "\"7b\"");
  EXPECT_EQ(YamlWord(""), "\"\"");
  EXPECT_EQ(YamlWord("a: b"), "\"a: b\"");
  EXPECT_EQ(YamlWord("say \"hi\"\n"), R"("say \"hi\"\n")");
  EXPECT_EQ(YamlWord("cost $5"), "\"cost $$5\"");
}

TEST(YamlLinesTest, JsonStaysAsItIsInSingleQuotes) {
  EXPECT_EQ(YamlQuotedJson(R"({"a": "it's $1"})"), R"('{"a": "it''s $$1"}')");
}

TEST(YamlLinesTest, ALongCommentStandsAboveItsLine) {
  YamlLines lines;
  lines.Add(2, "key", "1", "short");
  lines.Add(0, "key", "1", std::string(70, 'x'));
  EXPECT_EQ(lines.text(), "  key: 1                                # short\n# " +
                              std::string(70, 'x') + "\nkey: 1\n");
}

TEST(YamlLinesTest, CommentsAreBroken) {
  YamlLines lines;
  lines.Comment(2, std::string(60, 'a') + " " + std::string(60, 'b'));
  EXPECT_EQ(lines.text(), "  # " + std::string(60, 'a') + "\n  # " + std::string(60, 'b') + "\n");
}

}  // namespace
}  // namespace monsoon
