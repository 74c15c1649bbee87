#include "controller/core/dataset/prompt_tokens.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/fake_tokenizers.h"

namespace monsoon {
namespace {

TEST(PromptTokensTest, EveryTextOfAnItemCounts) {
  const WordTokenizer words;
  PromptTokens tokens(words);
  EXPECT_EQ(tokens.Count({ItemKind::kPrompt, "one two three"}), 3);
  EXPECT_EQ(tokens.Count({ItemKind::kMessages, R"([{"role":"system","content":"be brief"},)"
                                               R"({"role":"user","content":[{"type":"text",)"
                                               R"("text":"a b c"},{"type":"image_url"}]}])"}),
            5);
  EXPECT_EQ(tokens.Count({ItemKind::kBody, R"({"model":"m m","prompt":["a b","c"]})"}), 3);
  EXPECT_EQ(tokens.Count({ItemKind::kBody, R"({"prompt":[101,102,103]})"}), 3);
  EXPECT_EQ(tokens.Count({ItemKind::kBody, R"({"prompt":[[101,102],[103]]})"}), 3);
  EXPECT_EQ(tokens.Count({ItemKind::kTexts, R"(["a b","c","d e f"])"}), 6);
  EXPECT_EQ(tokens.Count({ItemKind::kRerank, R"({"query":"a b","documents":["c","d e"]})"}), 5);
  EXPECT_EQ(tokens.Count({ItemKind::kMessages, "no JSON"}), 0);
}

TEST(PromptTokensTest, OfATextFarTooLongOnlyTheBeginningIsRead) {
  const WordTokenizer words;
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "word ";
  EXPECT_GT(CountTextUpTo(words, text, 100), 100);
  EXPECT_LE(words.bytes_read(), 8192);
  EXPECT_GT(PromptTokens(words).CountUpTo({ItemKind::kTexts, "[\"" + text + "\",\"a\"]"}, 100),
            100);
  EXPECT_LE(words.bytes_read(), 3 * 8192);
}

TEST(PromptTokensTest, WithinTheLimitTheCountIsExact) {
  const WordTokenizer words;
  // Few tokens in many bytes: the beginning alone says nothing, so all of it is read.
  const std::string text = std::string(50'000, 'x') + " " + std::string(50'000, 'y') + " z";
  EXPECT_EQ(CountTextUpTo(words, text, 3), 3);
  EXPECT_EQ(CountTextUpTo(words, text, 2), 3);
  EXPECT_EQ(CountTextUpTo(words, "", 0), 0);
  // A cut never goes through a character.
  std::string wide;
  for (int i = 0; i < 10'000; ++i) wide += "压力 ";
  EXPECT_GT(CountTextUpTo(words, wide, 300), 300);
}

}  // namespace
}  // namespace monsoon
