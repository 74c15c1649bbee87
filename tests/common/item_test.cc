#include "common/model/item.h"

#include <gtest/gtest.h>

#include <set>

namespace monsoon {
namespace {

TEST(ItemTest, IdIsTheXxh3HashSeededByKindBigEndian) {
  // XXH3-128 of no bytes with seed 0, from xxHash's own test vectors.
  EXPECT_EQ(ItemIdHex(ComputeItemId(ItemKind::kPrompt, "")), "99aa06d3014798d86001c324468d497f");
}

TEST(ItemTest, KindContentAndOutputLengthMakeTheId) {
  std::set<ItemId> ids;
  for (const ItemKind kind : {ItemKind::kPrompt, ItemKind::kMessages, ItemKind::kBody,
                              ItemKind::kTexts, ItemKind::kRerank}) {
    for (const char* const content : {"", "a", "b", "aa"}) {
      for (const int64_t output_tokens : {0, 1, 2, 256, 100'000'000}) {
        ids.insert(ComputeItemId({kind, content, output_tokens}));
      }
    }
  }
  EXPECT_EQ(ids.size(), 100u);
  EXPECT_EQ(ComputeItemId({ItemKind::kPrompt, "a"}), ComputeItemId(ItemKind::kPrompt, "a"))
      << "0 output tokens leave the id as it was";
  EXPECT_EQ(ComputeItemId(ItemKind::kPrompt, "a"), ComputeItemId(ItemKind::kPrompt, "a"));
}

TEST(ItemTest, CharactersAreCodePoints) {
  EXPECT_EQ(CountCharacters(""), 0);
  EXPECT_EQ(CountCharacters("abc"), 3);
  EXPECT_EQ(CountCharacters("压力测试"), 4);
  EXPECT_EQ(CountCharacters("é🚀"), 2);
  EXPECT_EQ(CountCharacters("e\u0301"), 2) << "a combining accent is a code point of its own";
}

}  // namespace
}  // namespace monsoon
