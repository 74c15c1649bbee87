#include "agent/core/session/item_cache.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

Item Prompt(const std::string& text) { return {ItemKind::kPrompt, text}; }
ItemId IdOf(const std::string& text) { return ComputeItemId(ItemKind::kPrompt, text); }

TEST(ItemCache, HoldsWhatWasAddedUntilItIsDropped) {
  ItemCache cache(100);
  ASSERT_TRUE(cache.Add(IdOf("hello"), Prompt("hello")).ok());
  ASSERT_NE(cache.Find(IdOf("hello")), nullptr);
  EXPECT_EQ(cache.Find(IdOf("hello"))->content, "hello");
  EXPECT_EQ(cache.size_bytes(), 5);
  cache.Drop(IdOf("hello"));
  cache.Drop(IdOf("hello"));
  EXPECT_EQ(cache.Find(IdOf("hello")), nullptr);
  EXPECT_EQ(cache.size_bytes(), 0);
}

TEST(ItemCache, CountsAnItemOnce) {
  ItemCache cache(6);
  ASSERT_TRUE(cache.Add(IdOf("hello"), Prompt("hello")).ok());
  ASSERT_TRUE(cache.Add(IdOf("hello"), Prompt("hello")).ok());
  EXPECT_EQ(cache.size_bytes(), 5);
}

TEST(ItemCache, RefusesToGrowBeyondItsCapacity) {
  ItemCache cache(6);
  ASSERT_TRUE(cache.Add(IdOf("hello"), Prompt("hello")).ok());
  const absl::Status full = cache.Add(IdOf("ab"), Prompt("ab"));
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(cache.Find(IdOf("ab")), nullptr);
  cache.Drop(IdOf("hello"));
  EXPECT_TRUE(cache.Add(IdOf("ab"), Prompt("ab")).ok());
}

TEST(ItemCache, AFloodOfTinyItemsEndsToo) {
  ItemCache cache(1600);
  for (int i = 0; i < 25; ++i) {
    const std::string text = std::to_string(i);
    ASSERT_TRUE(cache.Add(IdOf(text), Prompt(text)).ok()) << i;
  }
  EXPECT_EQ(cache.Add(IdOf(""), Prompt("")).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(cache.Add(IdOf("7"), Prompt("7")).ok()) << "it is here already";
}

}  // namespace
}  // namespace monsoon
