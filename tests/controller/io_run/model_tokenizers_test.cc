#include "controller/io/run/model_tokenizers.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace monsoon {
namespace {

class EmptyTokenizer final : public Tokenizer {
 public:
  int64_t Count(std::string_view) const override { return 0; }
  std::vector<uint32_t> Encode(std::string_view) const override { return {}; }
  std::string Decode(std::span<const uint32_t>) const override { return ""; }
  uint32_t vocabulary_size() const override { return 0; }
  bool IsSpecial(uint32_t) const override { return false; }
};

TEST(ModelTokenizersTest, EachPathIsOpenedOnceWhenItIsAskedFor) {
  std::vector<std::string> opened;
  ModelTokenizers tokenizers([&](const std::string& path) {
    opened.push_back(path);
    return std::make_unique<EmptyTokenizer>();
  });
  EXPECT_TRUE(opened.empty());
  EXPECT_EQ(*tokenizers.For({.name = "none"}), nullptr);
  const Tokenizer* const small = *tokenizers.For({.name = "small", .tokenizer = "/a"});
  const Tokenizer* const large = *tokenizers.For({.name = "large", .tokenizer = "/b"});
  ASSERT_NE(small, nullptr);
  EXPECT_NE(small, large);
  EXPECT_EQ(*tokenizers.For({.name = "served again", .tokenizer = "/a"}), small);
  EXPECT_EQ(opened, (std::vector<std::string>{"/a", "/b"}));
}

TEST(ModelTokenizersTest, WhatWasCheckedIsNotOpenedAgain) {
  int opened = 0;
  ModelTokenizers tokenizers(
      [&](const std::string& path) -> absl::StatusOr<std::unique_ptr<Tokenizer>> {
        ++opened;
        if (path == "/bad") return absl::NotFoundError("there is no /bad");
        return std::make_unique<EmptyTokenizer>();
      });
  EXPECT_TRUE(tokenizers.Check("/a").ok());
  EXPECT_EQ(tokenizers.Check("/bad").message(), "there is no /bad");
  EXPECT_EQ(tokenizers.Check("/bad").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(opened, 2);
  EXPECT_NE(*tokenizers.For({.name = "m", .tokenizer = "/a"}), nullptr);
  EXPECT_FALSE(tokenizers.For({.name = "m", .tokenizer = "/bad"}).ok());
  EXPECT_EQ(opened, 2);
}

TEST(ModelTokenizersTest, AnErrorNamesTheModel) {
  ModelTokenizers tokenizers([](const std::string& path) {
    return absl::InvalidArgumentError(path + " is no tokenizer.json");
  });
  const absl::Status status = tokenizers.For({.name = "qwen", .tokenizer = "/a"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "model qwen: /a is no tokenizer.json");
}

}  // namespace
}  // namespace monsoon
