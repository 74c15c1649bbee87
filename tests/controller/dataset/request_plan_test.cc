#include "controller/core/dataset/request_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RequestPlanTest, CyclesADatasetThatIsTooShort) {
  const auto plan = RequestPlan::Make(3, 5, 2);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->total(), 7);
  std::vector<int64_t> positions;
  std::vector<bool> warmup;
  for (int64_t i = 0; i < plan->total(); ++i) {
    positions.push_back(plan->PositionOf(i));
    warmup.push_back(plan->IsWarmup(i));
  }
  EXPECT_THAT(positions, ElementsAre(0, 1, 2, 0, 1, 2, 0));
  EXPECT_THAT(warmup, ElementsAre(true, true, false, false, false, false, false));
  EXPECT_EQ(plan->positions_used(), 3);
}

TEST(RequestPlanTest, UsesTheBeginningOfADatasetThatIsLongEnough) {
  const auto plan = RequestPlan::Make(1000, 5, 2);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->PositionOf(6), 6);
  EXPECT_EQ(plan->positions_used(), 7);
}

TEST(RequestPlanTest, RefusesWhatItCannotPlan) {
  EXPECT_THAT(std::string(RequestPlan::Make(0, 5, 0).status().message()), HasSubstr("no prompt"));
  EXPECT_FALSE(RequestPlan::Make(3, 0, 2).ok());
  EXPECT_FALSE(RequestPlan::Make(3, 5, -1).ok());
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(RequestPlan::Make(3, kMax, 1).ok());
  EXPECT_TRUE(RequestPlan::Make(3, kMax - 1, 1).ok());
}

}  // namespace
}  // namespace monsoon
