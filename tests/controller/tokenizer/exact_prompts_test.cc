// Random prompts have exactly the tokens asked for with real tokenizers, too: the fixture, and
// Qwen2 where it is (../shared/tokenizers, seen from the root of this repository).
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "controller/core/dataset/random_prompts.h"
#include "controller/io/tokenizer/open_tokenizer.h"

namespace monsoon {
namespace {

constexpr char kQwen2[] = "../shared/tokenizers/qwen2";

std::unique_ptr<Tokenizer> Open(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Tokenizer>> opened = OpenTokenizer(path);
  EXPECT_TRUE(opened.ok()) << opened.status();
  return opened.ok() ? *std::move(opened) : nullptr;
}

void ExpectExact(const Tokenizer& tokenizer, int64_t tokens, int64_t prefix, uint64_t seed,
                 int64_t positions) {
  DatasetSpec spec;
  spec.format = DatasetFormat::kRandom;
  spec.input_tokens = {.law = LengthLaw::kFixed, .mean = tokens};
  spec.prefix_tokens = prefix;
  const absl::StatusOr<RandomPrompts> prompts = RandomPrompts::Make(spec, seed, tokenizer);
  ASSERT_TRUE(prompts.ok()) << prompts.status();
  EXPECT_EQ(tokenizer.Count(prompts->prefix()), prefix);
  const std::vector<uint32_t> expected = tokenizer.Encode(prompts->prefix());
  for (int64_t position = 0; position < positions; ++position) {
    const absl::StatusOr<Item> item = prompts->At(position);
    ASSERT_TRUE(item.ok()) << item.status();
    EXPECT_EQ(tokenizer.Count(item->content), tokens) << item->content;
    std::vector<uint32_t> ids = tokenizer.Encode(item->content);
    for (const uint32_t id : ids) EXPECT_FALSE(tokenizer.IsSpecial(id)) << item->content;
    ids.resize(expected.size());
    EXPECT_EQ(ids, expected) << item->content;
  }
}

TEST(ExactPromptsTest, WithTheFixture) {
  const std::unique_ptr<Tokenizer> tokenizer = Open("tests/data/tokenizer");
  ASSERT_NE(tokenizer, nullptr);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    ExpectExact(*tokenizer, 1 + static_cast<int64_t>(seed), 0, seed, 3);
    ExpectExact(*tokenizer, 200, 1 + static_cast<int64_t>(seed), seed, 3);
  }
}

TEST(ExactPromptsTest, WithQwen2) {
  if (!std::filesystem::exists(kQwen2)) GTEST_SKIP() << "there is no " << kQwen2;
  const std::unique_ptr<Tokenizer> tokenizer = Open(kQwen2);
  ASSERT_NE(tokenizer, nullptr);
  ExpectExact(*tokenizer, 1, 0, 1, 20);
  ExpectExact(*tokenizer, 17, 16, 2, 20);
  ExpectExact(*tokenizer, 1024, 0, 3, 20);
  ExpectExact(*tokenizer, 1024, 512, 4, 20);
  ExpectExact(*tokenizer, 16'000, 0, 5, 2);
}

}  // namespace
}  // namespace monsoon
