#include "agent/core/operate/drain_plan.h"

#include <gtest/gtest.h>

#include "agent/core/operate/refusal_limit.h"

namespace monsoon {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
using Step = DrainPlan::Step;

TEST(DrainPlan, LeavesAtOnceWithoutARun) {
  DrainPlan plan(0, 30 * kSecond);
  EXPECT_EQ(plan.Next(0, false, false), Step::kLeave);
}

TEST(DrainPlan, WaitsForWhatIsInFlightAndThenForTheController) {
  DrainPlan plan(0, 30 * kSecond);
  EXPECT_EQ(plan.Next(1 * kSecond, true, false), Step::kWait);
  EXPECT_EQ(plan.Next(29 * kSecond, true, false), Step::kWait);
  EXPECT_EQ(plan.Next(29 * kSecond + 1, true, true), Step::kWait);
  EXPECT_EQ(plan.Next(29 * kSecond + 2, false, false), Step::kLeave);
}

TEST(DrainPlan, AControllerThatDoesNotCloseIsLeft) {
  DrainPlan plan(0, 30 * kSecond);
  EXPECT_EQ(plan.Next(4 * kSecond, true, true), Step::kWait);
  EXPECT_EQ(plan.Next(5 * kSecond, true, true), Step::kWait);
  EXPECT_EQ(plan.Next(6 * kSecond, true, true), Step::kLeave);
}

TEST(DrainPlan, NewsStartTheFarewellAnew) {
  DrainPlan plan(0, 30 * kSecond);
  EXPECT_EQ(plan.Next(4 * kSecond, true, true), Step::kWait);
  EXPECT_EQ(plan.Next(5 * kSecond, true, false), Step::kWait);
  EXPECT_EQ(plan.Next(7 * kSecond, true, true), Step::kWait);
  EXPECT_EQ(plan.Next(9 * kSecond, true, true), Step::kLeave);
}

TEST(DrainPlan, BreaksOffOnceAndThenWaitsForTheRecordsForAWhile) {
  DrainPlan plan(0, 30 * kSecond);
  EXPECT_EQ(plan.Next(30 * kSecond, true, false), Step::kBreakOff);
  EXPECT_EQ(plan.Next(30 * kSecond + 1, true, false), Step::kWait);
  EXPECT_EQ(plan.Next(plan.latest_ns() - 1, true, false), Step::kWait);
  EXPECT_EQ(plan.Next(plan.latest_ns(), true, false), Step::kLeave);
  EXPECT_EQ(plan.latest_ns(), 35 * kSecond);
}

TEST(RefusalLimit, LeavesOutWhatIsTooMuchAndSaysHowMany) {
  RefusalLimit limit;
  for (int i = 0; i < RefusalLimit::kLinesInPeriod; ++i) EXPECT_TRUE(limit.Admit(i));
  for (int i = 0; i < 7; ++i) EXPECT_FALSE(limit.Admit(kSecond));
  EXPECT_TRUE(limit.Admit(RefusalLimit::kPeriodNs));
  EXPECT_EQ(limit.TakeLeftOut(), 7u);
  EXPECT_EQ(limit.TakeLeftOut(), 0u);
}

}  // namespace
}  // namespace monsoon
