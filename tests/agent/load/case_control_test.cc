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

TEST(CaseControl, NothingHasStartedAtFirst) {
  const CaseControl control;
  EXPECT_EQ(control.start_ns(), CaseControl::kNotStarted);
  EXPECT_FALSE(control.no_more_work());
}

}  // namespace
}  // namespace monsoon
