#include "controller/core/dataset/file_layout.h"

#include <gtest/gtest.h>

#include <string>

namespace monsoon {
namespace {

bool IsArray(DatasetFormat format, const std::string& head) {
  return DetectLayout(format, head) == FileLayout::kJsonArray;
}

TEST(FileLayoutTest, SomeFormatsHaveOneLayout) {
  EXPECT_FALSE(IsArray(DatasetFormat::kOpenqa, "[{}]"));
  EXPECT_FALSE(IsArray(DatasetFormat::kLineByLine, "[{}]"));
  EXPECT_TRUE(IsArray(DatasetFormat::kLongalpaca, "{}"));
}

TEST(FileLayoutTest, ABracketMakesAnArray) {
  for (const DatasetFormat format : {DatasetFormat::kSharegpt, DatasetFormat::kRerank}) {
    EXPECT_TRUE(IsArray(format, "\xef\xbb\xbf \n[\n{}]"));
    EXPECT_TRUE(IsArray(format, "[{\"id\":1}"));
    EXPECT_FALSE(IsArray(format, " {\"id\":1}\n{}"));
    EXPECT_FALSE(IsArray(format, ""));
  }
}

TEST(FileLayoutTest, LinesOfMessagesMayBeArraysThemselves) {
  constexpr auto kMessages = DatasetFormat::kMessages;
  const std::string chat = R"([{"role":"user","content":"a"}])";
  EXPECT_FALSE(IsArray(kMessages, chat + "\n" + chat + "\n"));
  EXPECT_FALSE(IsArray(kMessages, chat)) << "a file of one line";
  EXPECT_FALSE(IsArray(kMessages, R"({"messages":)" + chat + "}\n"));
  EXPECT_TRUE(IsArray(kMessages, "[" + chat + "," + chat + "]"));
  EXPECT_TRUE(IsArray(kMessages, R"([{"messages":)" + chat + "}]\n"));
  EXPECT_TRUE(IsArray(kMessages, "[\n  " + chat + "\n]"));
  EXPECT_TRUE(IsArray(kMessages, "[\n"));
  // The first line goes on beyond what is known.
  EXPECT_FALSE(IsArray(kMessages, R"([ { "role":"user","content":"aaa)"));
  EXPECT_TRUE(IsArray(kMessages, R"([{"messages":[{"role":"user","content":"aaa)"));
}

TEST(FileLayoutTest, LinesOfTextsMayBeBatches) {
  constexpr auto kEmbedding = DatasetFormat::kEmbedding;
  EXPECT_FALSE(IsArray(kEmbedding, "[\"a\",\"b\"]\n[\"c\"]\n"));
  EXPECT_TRUE(IsArray(kEmbedding, "[\"a\",\"b\"]\n"));
  EXPECT_TRUE(IsArray(kEmbedding, "[\n\"a\",\n\"b\"\n]\n"));
  EXPECT_TRUE(IsArray(kEmbedding, "[{\"text\":\"a\"}]"));
  EXPECT_FALSE(IsArray(kEmbedding, "plain [text]\n"));
}

}  // namespace
}  // namespace monsoon
