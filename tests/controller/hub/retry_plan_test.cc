#include "controller/core/hub/retry_plan.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(RetryPlan, WaitsLongerAndLongerAndGivesUp) {
  RetryPlan plan;
  EXPECT_EQ(plan.AfterFailure(false, {}), 1);
  EXPECT_EQ(plan.AfterFailure(false, {}), 2);
  EXPECT_EQ(plan.AfterFailure(false, {}), 4);
  EXPECT_EQ(plan.AfterFailure(false, {}), 8);
  EXPECT_EQ(plan.AfterFailure(false, {}), std::nullopt);
}

TEST(RetryPlan, BytesForgiveWhatWasBefore) {
  RetryPlan plan;
  for (int i = 0; i < 4; ++i) plan.AfterFailure(false, {});
  EXPECT_EQ(plan.AfterFailure(true, {}), 0);
  EXPECT_EQ(plan.AfterFailure(false, {}), 1);
}

TEST(RetryPlan, EndsAlsoWhenEachAttemptBringsALittle) {
  RetryPlan plan;
  int attempts = 1;
  while (plan.AfterFailure(true, {}).has_value()) ++attempts;
  EXPECT_EQ(attempts, RetryPlan::kMaxAttempts);
}

TEST(RetryPlan, TheServersWishGoesFirstWithinReason) {
  RetryPlan plan;
  EXPECT_EQ(plan.AfterFailure(false, 17), 17);
  EXPECT_EQ(plan.AfterFailure(false, 0), 0);
  EXPECT_EQ(plan.AfterFailure(false, 300), 300);
  EXPECT_EQ(plan.AfterFailure(false, 301), std::nullopt);
}

TEST(IsTransientStatus, IsWhatMayPass) {
  for (const int status : {408, 425, 429, 500, 502, 503, 504})
    EXPECT_TRUE(IsTransientStatus(status));
  for (const int status : {200, 206, 400, 401, 403, 404, 410, 416, 451, 501}) {
    EXPECT_FALSE(IsTransientStatus(status));
  }
}

}  // namespace
}  // namespace monsoon
