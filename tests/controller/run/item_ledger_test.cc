#include "controller/core/run/item_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ItemId IdOf(const std::string& text) { return ComputeItemId(ItemKind::kPrompt, text); }

TEST(ItemLedger, AnItemIsSentOnce) {
  ItemLedger ledger(100);
  EXPECT_TRUE(ledger.Use(IdOf("a"), 10).send);
  EXPECT_FALSE(ledger.Use(IdOf("a"), 10).send);
  EXPECT_EQ(ledger.size_bytes(), 10);
}

TEST(ItemLedger, TheLeastRecentlyUsedMakesRoom) {
  ItemLedger ledger(30);
  ledger.Use(IdOf("a"), 10);
  ledger.Use(IdOf("b"), 10);
  ledger.Use(IdOf("c"), 10);
  ledger.Use(IdOf("a"), 10);
  const ItemLedger::Plan plan = ledger.Use(IdOf("d"), 15);
  EXPECT_TRUE(plan.send);
  EXPECT_THAT(plan.drop, ElementsAre(IdOf("b"), IdOf("c")));
  EXPECT_EQ(ledger.size_bytes(), 25);
  EXPECT_THAT(ledger.Use(IdOf("a"), 10).drop, IsEmpty());
  EXPECT_TRUE(ledger.Use(IdOf("b"), 5).send);
}

}  // namespace
}  // namespace monsoon
