#include "agent/core/load/case_control.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(CaseControl, ModeOnlyBecomesStricter) {
  CaseControl control;
  EXPECT_EQ(control.mode(), LoadMode::kRun);
  control.SetMode(LoadMode::kCancel);
  control.SetMode(LoadMode::kDrain);
  EXPECT_EQ(control.mode(), LoadMode::kCancel);
}

TEST(CaseControl, ALeaseThatRanOutStaysLost) {
  CaseControl control;
  control.RenewLease(0, 100);
  EXPECT_TRUE(control.CheckLease(100));
  control.RenewLease(100, 200);
  EXPECT_TRUE(control.CheckLease(150));
  control.RenewLease(201, 300);  // heard too late
  EXPECT_FALSE(control.CheckLease(202));
  EXPECT_EQ(control.mode(), LoadMode::kCancel);
}

// A Ping that was under way for long names an earlier moment than one that overtook it.
TEST(CaseControl, TheLatestDeadlineHolds) {
  CaseControl control;
  EXPECT_TRUE(control.CheckLease(1'000'000)) << "nobody has said anything of a lease";
  control.RenewLease(0, 100);
  control.RenewLease(10, 50);
  EXPECT_TRUE(control.CheckLease(100));
  EXPECT_FALSE(control.CheckLease(101));
}

TEST(CaseControl, NothingHasStartedAtFirst) {
  const CaseControl control;
  EXPECT_EQ(control.start_ns(), CaseControl::kNotStarted);
  EXPECT_FALSE(control.no_more_work());
}

}  // namespace
}  // namespace monsoon
