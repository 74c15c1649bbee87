#include "agent/core/load/open_loop_gate.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(OpenLoopGate, NothingIsSentBeforeItsTime) {
  const OpenLoopGate gate(2, 100);
  EXPECT_EQ(gate.Decide(1000, 999, 0), Arrival::kWait);
  EXPECT_EQ(gate.Decide(1000, 999, 2), Arrival::kWait) << "a slot may be free by then";
  EXPECT_EQ(gate.Decide(1000, 1000, 0), Arrival::kSend);
}

TEST(OpenLoopGate, WhatIsLateIsSentAllTheSame) {
  EXPECT_EQ(OpenLoopGate(2, 100).Decide(1000, 5'000'000'000, 1), Arrival::kSend);
}

TEST(OpenLoopGate, WhatFindsTheLimitReachedIsRefusedNotDelayed) {
  const OpenLoopGate gate(2, 100);
  EXPECT_EQ(gate.Decide(1000, 1000, 1), Arrival::kSend);
  EXPECT_EQ(gate.Decide(1000, 1000, 2), Arrival::kRefuse);
}

TEST(OpenLoopGate, SlotsReadyFollowTheRateWithinTheLimit) {
  EXPECT_EQ(OpenLoopGate(1000, 100).SlotsReady(), 10);
  EXPECT_EQ(OpenLoopGate(1000, 0.5).SlotsReady(), 1);
  EXPECT_EQ(OpenLoopGate(3, 100).SlotsReady(), 3);
}

TEST(OpenLoopGate, GrowsAndNeverShrinks) {
  OpenLoopGate gate(2, 100);
  gate.Grow(3, 200);
  EXPECT_EQ(gate.Decide(1000, 1000, 2), Arrival::kSend);
  EXPECT_EQ(gate.Decide(1000, 1000, 3), Arrival::kRefuse);
  gate.Grow(1, 1);
  EXPECT_EQ(gate.Decide(1000, 1000, 2), Arrival::kSend);
  EXPECT_EQ(gate.SlotsReady(), 3);
}

}  // namespace
}  // namespace monsoon
