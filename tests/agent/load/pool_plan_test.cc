// How many connections to open, worked out by hand.
#include "agent/core/load/pool_plan.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(PoolPlanTest, OpensItsBaseAheadOfNeed) {
  const PoolPlan plan(8, 8);
  EXPECT_EQ(plan.ToOpen({}, true), 8);
  EXPECT_EQ(plan.ToOpen({.idle = 3, .in_use = 2, .dialing = 1}, true), 2);
  EXPECT_EQ(plan.ToOpen({.idle = 3, .in_use = 5}, true), 0);
  EXPECT_EQ(plan.ToOpen({.idle = 9}, true), 0) << "never negative";
}

TEST(PoolPlanTest, ADoomedConnectionIsReplacedWhileItIsStillInUse) {
  const PoolPlan plan(4, 4);
  // Four in use, of which three will not be reused: the caller leaves those out.
  EXPECT_EQ(plan.ToOpen({.idle = 0, .in_use = 1}, true), 3);
}

TEST(PoolPlanTest, EachMissEarnsASpareUpToTheLimit) {
  PoolPlan plan(2, 3);
  const PoolState full{.idle = 0, .in_use = 2};
  EXPECT_EQ(plan.ToOpen(full, true), 0);
  for (const int expected : {1, 2, 3, 3}) {
    plan.Missed();
    EXPECT_EQ(plan.ToOpen(full, true), expected);
  }
}

TEST(PoolPlanTest, AnOpenLoopKeepsHeadroomForAShareOfWhatIsInUse) {
  const PoolPlan plan(4, 10, 0.25);
  EXPECT_EQ(plan.ToOpen({}, true), 4);
  EXPECT_EQ(plan.ToOpen({.idle = 0, .in_use = 8}, true), 2);
  EXPECT_EQ(plan.ToOpen({.idle = 1, .in_use = 8, .dialing = 1}, true), 0);
  EXPECT_EQ(plan.ToOpen({.in_use = 100}, true), 10) << "at most max_spare";
}

TEST(PoolPlanTest, WhoeverWaitsIsServedEvenWithoutTopUp) {
  const PoolPlan plan(4, 0);
  EXPECT_EQ(plan.ToOpen({.waiting = 2}, false), 2);
  EXPECT_EQ(plan.ToOpen({.dialing = 2, .waiting = 2}, false), 0);
  EXPECT_EQ(plan.ToOpen({}, false), 0);
  // More than the base is in use or waited for.
  EXPECT_EQ(plan.ToOpen({.in_use = 10, .waiting = 3}, true), 3);
}

TEST(PoolPlan, GrowsAndNeverShrinks) {
  PoolPlan plan(2, 0);
  EXPECT_EQ(plan.ToOpen({}, true), 2);
  plan.Grow(5, 1);
  EXPECT_EQ(plan.ToOpen({}, true), 5);
  plan.Missed();
  EXPECT_EQ(plan.ToOpen({}, true), 6);
  plan.Grow(1, 0);
  EXPECT_EQ(plan.ToOpen({}, true), 6);
}

}  // namespace
}  // namespace monsoon
