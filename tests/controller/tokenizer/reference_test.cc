// The Qwen2 tokenizer against what the reference implementation gives (../shared/tokenizers, seen
// from the root of this repository; too large to be part of it).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "controller/io/tokenizer/open_tokenizer.h"

namespace monsoon {
namespace {

constexpr char kFolder[] = "../shared/tokenizers/qwen2";

class ReferenceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kFolder)) {
      GTEST_SKIP() << "there is no " << kFolder << "; hand_checked_test.cc covers the same code";
    }
    absl::StatusOr<std::unique_ptr<Tokenizer>> opened = OpenTokenizer(kFolder);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    tokenizer_ = *std::move(opened);
  }

  // The number of vectors in the file.
  int Check(const std::string& name) {
    std::ifstream file(std::string(kFolder) + "/" + name);
    int count = 0;
    for (std::string line; std::getline(file, line); ++count) {
      const nlohmann::json vector = nlohmann::json::parse(line);
      const std::string text = vector["text"];
      const std::vector<uint32_t> ids = vector["ids"];
      EXPECT_EQ(tokenizer_->Encode(text), ids) << line;
      EXPECT_EQ(tokenizer_->Count(text), static_cast<int64_t>(ids.size())) << line;
    }
    return count;
  }

  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_F(ReferenceTest, GivesTheSameIds) {
  EXPECT_EQ(Check("vectors.jsonl"), 46);
  EXPECT_EQ(Check("vectors_extra.jsonl"), 100);
}

TEST_F(ReferenceTest, KnowsItsVocabulary) {
  EXPECT_EQ(tokenizer_->vocabulary_size(), 151646u);
  EXPECT_FALSE(tokenizer_->IsSpecial(151642));
  EXPECT_TRUE(tokenizer_->IsSpecial(151643));  // <|endoftext|>
  EXPECT_TRUE(tokenizer_->IsSpecial(151645));  // <|im_end|>
  EXPECT_EQ(tokenizer_->Decode(std::vector<uint32_t>{9707, 1879, 151645}), "Hello world<|im_end|>");
}

}  // namespace
}  // namespace monsoon
