// How late reads were, by both witnesses; worked out by hand.
#include "agent/core/load/lag_meter.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(LagMeterTest, WhatIsReadyAtOnceWaitedSinceTheLastLookThatLeftNothing) {
  LagMeter meter;
  meter.Start(100);
  meter.Looked(150, true);
  EXPECT_EQ(meter.OnRead(160, kNever), (ReadLag{60, kNever})) << "since the start";
  meter.Looked(200, true);
  EXPECT_EQ(meter.OnRead(230, kNever).bound_ns, 80) << "since the look at 150";
  EXPECT_EQ(meter.loop_lag_ns().count(), 2);
  EXPECT_EQ(meter.loop_lag_ns().max(), 80);
  EXPECT_EQ(meter.kernel_lag_ns().count(), 0);
}

TEST(LagMeterTest, ALookThatLeftSomethingOverClearsNothing) {
  LagMeter meter;
  meter.Start(0);
  meter.Looked(10, true);
  meter.Looked(20, false);
  meter.Looked(30, false);
  EXPECT_EQ(meter.OnRead(35, kNever).bound_ns, 25) << "it may have been ready since 10";
  meter.Looked(40, true);
  EXPECT_EQ(meter.OnRead(41, kNever).bound_ns, 31) << "and so may this one";
  meter.Looked(50, true);
  EXPECT_EQ(meter.OnRead(51, kNever).bound_ns, 11);
}

TEST(LagMeterTest, AfterAWaitTheWaitsEndCounts) {
  LagMeter meter;
  meter.Start(0);
  meter.Woke(1000, 0);
  EXPECT_EQ(meter.OnRead(1003, kNever).bound_ns, 3);
  EXPECT_EQ(meter.OnRead(1009, kNever).bound_ns, 9) << "another of the same look";
}

TEST(LagMeterTest, TheTimeInTheRunQueueBelongsToTheLag) {
  LagMeter meter;
  meter.Start(0);
  meter.Woke(1000, 400);
  EXPECT_EQ(meter.OnRead(1003, kNever).bound_ns, 403);
  EXPECT_EQ(meter.TakeWakeDelay(), 400);
  EXPECT_EQ(meter.TakeWakeDelay(), 0) << "told once";
  meter.Woke(2000, -5);
  EXPECT_EQ(meter.OnRead(2001, kNever).bound_ns, 1) << "a counter that went back says nothing";
}

TEST(LagMeterTest, TheKernelsFirstStampTellsTheDelayOfTheWakeUp) {
  LagMeter meter;
  meter.Start(0);
  meter.Woke(1000, 0);
  ASSERT_TRUE(meter.wants_kernel_stamp());
  EXPECT_EQ(meter.OnRead(1010, 300), (ReadLag{710, 710}));
  EXPECT_EQ(meter.TakeWakeDelay(), 700);
  // The others of that look may have been ready as early.
  EXPECT_EQ(meter.OnRead(1020, kNever), (ReadLag{720, kNever}));
  EXPECT_EQ(meter.OnRead(1030, 1025), (ReadLag{730, 5}));
  EXPECT_EQ(meter.TakeWakeDelay(), 0) << "a later stamp is not the wake-up's";
}

TEST(LagMeterTest, TheBoundIsNeverBelowTheKernelsWord) {
  LagMeter meter;
  meter.Start(0);
  meter.Looked(500, true);
  meter.Looked(600, true);
  EXPECT_EQ(meter.OnRead(610, 100), (ReadLag{510, 510}));
  EXPECT_EQ(meter.OnRead(620, 640), (ReadLag{120, 0})) << "a stamp from the future is one of now";
}

TEST(LagMeterTest, AStampOfAClockThatWasSetIsNoWitness) {
  constexpr int64_t kS = 1'000'000'000;
  LagMeter meter;
  meter.Start(0);
  meter.Looked(10 * kS, true);
  meter.Woke(20 * kS, 0);
  EXPECT_EQ(meter.OnRead(20 * kS + 10, 20 * kS - 3600 * kS), (ReadLag{10, kNever}));
  EXPECT_EQ(meter.TakeWakeDelay(), 0);
  EXPECT_EQ(meter.kernel_lag_ns().count(), 0);
  // One that the wait may have overslept is believed.
  meter.Woke(30 * kS, 0);
  EXPECT_EQ(meter.OnRead(30 * kS + 10, 21 * kS), (ReadLag{9 * kS + 10, 9 * kS + 10}));
}

TEST(LagMeterTest, AsksTheKernelAfterEachWaitAndNowAndThen) {
  LagMeter meter;
  meter.Start(0);
  int asked = 0;
  for (int i = 0; i < 1600; ++i) {
    meter.Looked(i, true);
    asked += meter.wants_kernel_stamp() ? 1 : 0;
    meter.OnRead(i, kNever);
  }
  EXPECT_EQ(asked, 100);
  meter.Woke(2000, 0);
  EXPECT_TRUE(meter.wants_kernel_stamp());
}

TEST(LagMeterTest, TimersHaveALagOfTheirOwn) {
  LagMeter meter;
  meter.OnTimer(1020, 1000);
  meter.OnTimer(999, 1000);
  EXPECT_EQ(meter.timer_lag_ns().count(), 2);
  EXPECT_EQ(meter.timer_lag_ns().max(), 20);
  EXPECT_EQ(meter.timer_lag_ns().min(), 0);
}

}  // namespace
}  // namespace monsoon
