// Random prompts have exactly the tokens asked for, read back by a tokenizer that makes a fool of
// whoever just writes out what was drawn.
#include "controller/core/dataset/random_prompts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/fakes/fake_tokenizers.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

const ParityTokenizer& Parity() {
  static const auto& tokenizer = *new ParityTokenizer;
  return tokenizer;
}

DatasetSpec Spec(int64_t tokens, int64_t prefix = 0) {
  DatasetSpec spec;
  spec.name = "random";
  spec.format = DatasetFormat::kRandom;
  spec.input_tokens = {.law = LengthLaw::kFixed, .mean = tokens};
  spec.prefix_tokens = prefix;
  return spec;
}

RandomPrompts Make(const DatasetSpec& spec, uint64_t seed) {
  absl::StatusOr<RandomPrompts> prompts = RandomPrompts::Make(spec, seed, Parity());
  EXPECT_TRUE(prompts.ok()) << prompts.status();
  return *std::move(prompts);
}

void ExpectFit(const std::string& text, int64_t tokens) {
  EXPECT_EQ(Parity().Count(text), tokens) << text;
  EXPECT_FALSE(text.starts_with(' ') || text.ends_with(' ')) << text;
  EXPECT_EQ(text.find_first_not_of("abcdefgh<> "), std::string::npos) << text;
  EXPECT_EQ(text.find("<>"), std::string::npos) << "a special token: " << text;
}

TEST(RandomPromptsTest, WritingOutWhatWasDrawnWouldMissByFar) {
  // What the other tests are worth: 1000 tokens of this vocabulary read back as another number.
  SplitMix64 random(1);
  std::vector<uint32_t> ids;
  while (ids.size() < 1000) {
    const auto id = static_cast<uint32_t>(random.Below(Parity().vocabulary_size()));
    if (id >= 8 && !Parity().IsSpecial(id)) ids.push_back(id);
  }
  const int64_t count = Parity().Count(Parity().Decode(ids));
  EXPECT_GT(std::abs(count - 1000), 100) << count;
}

TEST(RandomPromptsTest, EveryPromptHasExactlyTheTokensAskedFor) {
  for (const int64_t tokens : {1, 2, 3, 7, 64, 500}) {
    for (uint64_t seed = 0; seed < (tokens > 100 ? 6 : 40); ++seed) {
      const RandomPrompts prompts = Make(Spec(tokens), seed);
      for (int64_t position = 0; position < 5; ++position) {
        const absl::StatusOr<Item> item = prompts.At(position);
        ASSERT_TRUE(item.ok()) << item.status();
        EXPECT_EQ(item->kind, ItemKind::kPrompt);
        EXPECT_EQ(item->output_tokens, 0);
        ExpectFit(item->content, tokens);
      }
    }
  }
}

TEST(RandomPromptsTest, ThePrefixIsTheSameTokensInEveryPrompt) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const int64_t prefix = 1 + static_cast<int64_t>(seed % 7) * 9;
    const RandomPrompts prompts = Make(Spec(prefix + 1 + static_cast<int64_t>(seed), prefix), seed);
    ExpectFit(prompts.prefix(), prefix);
    const std::vector<uint32_t> expected = Parity().Encode(prompts.prefix());
    std::set<std::string> distinct;
    for (int64_t position = 0; position < 5; ++position) {
      const std::string text = prompts.At(position)->content;
      ExpectFit(text, prefix + 1 + static_cast<int64_t>(seed));
      std::vector<uint32_t> ids = Parity().Encode(text);
      ids.resize(expected.size());
      EXPECT_EQ(ids, expected) << text;
      distinct.insert(text);
    }
    EXPECT_GT(distinct.size(), 1u);
  }
}

TEST(RandomPromptsTest, LengthsAreDrawnForEachPrompt) {
  DatasetSpec spec = Spec(0, 3);
  spec.input_tokens = {.law = LengthLaw::kUniform, .min = 4, .max = 30};
  spec.output_tokens = {
      .law = LengthLaw::kNormal, .mean = 100, .stddev = 30, .min = 1, .max = 1000};
  const RandomPrompts prompts = Make(spec, 5);
  std::set<int64_t> inputs;
  std::set<int64_t> outputs;
  for (int64_t position = 0; position < 300; ++position) {
    const Item item = *prompts.At(position);
    SplitMix64 random = RandomAt(5, RandomPurpose::kInputLength, position);
    const int64_t due = DrawLength(spec.input_tokens, random);
    ExpectFit(item.content, due);
    inputs.insert(due);
    outputs.insert(item.output_tokens);
  }
  EXPECT_EQ(inputs.size(), 27u);
  EXPECT_GT(outputs.size(), 60u);
  EXPECT_GE(*outputs.begin(), 1);
}

TEST(RandomPromptsTest, APromptDependsOnSeedPositionAndSpecAlone) {
  const RandomPrompts prompts = Make(Spec(50), 9);
  const std::string third = prompts.At(3)->content;
  EXPECT_EQ(Make(Spec(50), 9).At(3)->content, third) << "asked first, asked later: the same";
  EXPECT_EQ(prompts.At(3)->content, third);
  EXPECT_NE(prompts.At(4)->content, third);
  EXPECT_NE(Make(Spec(50), 10).At(3)->content, third);
  // Else the shorter prompts of one case would warm the prefix cache for another's.
  const std::string longer = Make(Spec(80), 9).At(3)->content;
  EXPECT_NE(longer.substr(0, 20), third.substr(0, 20));
  EXPECT_EQ(Make(Spec(50, 10), 9).prefix(), Make(Spec(80, 10), 9).prefix())
      << "a prefix is shared on purpose";
}

TEST(RandomPromptsTest, WhatCannotBeMadeIsAnError) {
  const EvenTokenizer even;
  const absl::StatusOr<RandomPrompts> prompts = RandomPrompts::Make(Spec(7), 1, even);
  ASSERT_TRUE(prompts.ok()) << prompts.status();
  EXPECT_EQ(prompts->At(0).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(prompts->At(0).status().message()),
              HasSubstr("no random text of exactly 7 tokens in 64 tries"));
  EXPECT_FALSE(RandomPrompts::Make(Spec(20, 7), 1, even).ok()) << "a prefix of 7 neither";

  const WordTokenizer without_text;
  EXPECT_THAT(std::string(RandomPrompts::Make(Spec(7), 1, without_text).status().message()),
              HasSubstr("has 0 tokens that are plain text"));
}

}  // namespace
}  // namespace monsoon
