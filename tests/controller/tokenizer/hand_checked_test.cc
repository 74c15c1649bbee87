// The tokenizer of tests/data/tokenizer, whose README.md says what its tokens are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "controller/io/tokenizer/open_tokenizer.h"

namespace monsoon {
namespace {

using Ids = std::vector<uint32_t>;
using namespace std::string_view_literals;

class HandCheckedTest : public testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<Tokenizer>> opened = OpenTokenizer("tests/data/tokenizer");
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    tokenizer_ = *std::move(opened);
  }

  void Expect(std::string_view text, const Ids& ids) {
    EXPECT_EQ(tokenizer_->Encode(text), ids) << text;
    EXPECT_EQ(tokenizer_->Count(text), static_cast<int64_t>(ids.size())) << text;
  }

  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_F(HandCheckedTest, MergesInTheirOrder) {
  Expect("", {});
  Expect("hello", {259});
  Expect("hell", {258});
  Expect("hel", {257, 'l'});  // no "hel", and "ll" is the first merge
  Expect("helll", {258, 'l'});
  Expect("hello world", {259, 262, 'l', 'd'});
  Expect("or w", {261, 260});
}

TEST_F(HandCheckedTest, PiecesAreCutBeforeTheyAreMerged) {
  Expect("1234", {'1', '2', '3', '4'});
  Expect("h ello", {'h', ' ', 'e', 256, 'o'});
  Expect("  w", {' ', 260});  // the last space belongs to the word
  Expect("a   ", {'a', 264, ' '});
  Expect("\n\n", {266});
  Expect("a\n\n\nb", {'a', 266, '\n', 'b'});
}

TEST_F(HandCheckedTest, BytesOutsideOfAsciiAndNormalForm) {
  Expect("\u00e9", {263});
  Expect("e\u0301", {263});  // composed by NFC
  Expect("\u4eca", {265, 0x8a});
  Expect("\u4ed6", {265, 0x96});
  Expect("\0a"sv, {0, 'a'});
}

TEST_F(HandCheckedTest, AddedTokensAreFoundInTheText) {
  Expect("<|end|>", {300});
  Expect("hello<|end|>hello<think>", {259, 300, 259, 301});
  Expect("<|end|", {'<', '|', 'e', 'n', 'd', '|'});
  Expect("e<think>\u0301", {'e', 301, 0xcc, 0x81});  // NFC does not reach across
}

TEST_F(HandCheckedTest, BytesThatAreNoUtf8CountAsReplacementCharacters) {
  Expect("\xff", {0xef, 0xbf, 0xbd});
  Expect("\xe4\xbbhello", {0xef, 0xbf, 0xbd, 259});
  Expect("\xff\xff", {0xef, 0xbf, 0xbd, 0xef, 0xbf, 0xbd});
}

TEST_F(HandCheckedTest, DecodesWhatItEncodes) {
  for (const std::string_view text : {""sv, "hello world"sv, " <|end|>\n\n x<think>"sv, "\0\x7f"sv,
                                      "caf\u00e9 \u4eca\U0001F600"sv}) {
    EXPECT_EQ(tokenizer_->Decode(tokenizer_->Encode(text)), text);
  }
}

TEST_F(HandCheckedTest, DecodesOtherIdsAsFarAsTheyAreTokens) {
  EXPECT_EQ(tokenizer_->Decode(Ids{259, 299, 0xffffffff, 262}), "hello wor");
  EXPECT_EQ(tokenizer_->Decode(Ids{265}), "\ufffd");
  EXPECT_EQ(tokenizer_->Decode(Ids{}), "");
  // More bytes than there is room for at first.
  EXPECT_EQ(tokenizer_->Decode(Ids(1000, 300)).size(), 7000u);
  EXPECT_EQ(tokenizer_->Decode(Ids(1, 300)), "<|end|>");
}

TEST_F(HandCheckedTest, KnowsItsVocabulary) {
  EXPECT_EQ(tokenizer_->vocabulary_size(), 302u);
  EXPECT_TRUE(tokenizer_->IsSpecial(300));
  for (const uint32_t id : {0u, 259u, 299u, 301u, 302u, 0xffffffffu}) {
    EXPECT_FALSE(tokenizer_->IsSpecial(id)) << id;
  }
}

TEST_F(HandCheckedTest, ManyThreadsAtOnce) {
  const auto work = [this](uint32_t seed) {
    for (uint32_t i = 0; i < 500; ++i) {
      const std::string number = std::to_string(seed * 1000 + i);
      const std::string text = "hello w" + number + " \u4eca<|end|>" + std::string(i % 7, ' ');
      const Ids ids = tokenizer_->Encode(text);
      ASSERT_EQ(tokenizer_->Decode(ids), text);
      ASSERT_EQ(tokenizer_->Count(text), static_cast<int64_t>(ids.size()));
      // hello | " w" | digits | " " | two for the character | <|end|> | spaces in twos
      ASSERT_EQ(ids.size(), 1 + 1 + number.size() + 1 + 2 + 1 + (i % 7 + 1) / 2);
    }
  };
  std::vector<std::thread> threads;
  for (uint32_t seed = 1; seed <= 4; ++seed) threads.emplace_back(work, seed);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace monsoon
