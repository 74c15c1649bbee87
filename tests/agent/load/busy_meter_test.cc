#include <gtest/gtest.h>

#include "agent/core/load/loop_stats.h"

namespace monsoon {
namespace {

constexpr int64_t kMs = 1'000'000;

TEST(BusyMeter, IsTheShareOfTheBusiestSecondNotSpentWaiting) {
  BusyMeter meter(0);
  // First second: waits for 900 of 1000 ms; second one: for 250.
  meter.Waited(100 * kMs, 1000 * kMs);
  EXPECT_DOUBLE_EQ(meter.max_share(), 0.1);
  meter.Waited(1750 * kMs, 2000 * kMs);
  EXPECT_DOUBLE_EQ(meter.max_share(), 0.75);
  // A calm one changes nothing.
  meter.Waited(2000 * kMs, 3000 * kMs);
  EXPECT_DOUBLE_EQ(meter.max_share(), 0.75);
}

TEST(BusyMeter, AWaitForACoreIsNoWaitForWork) {
  BusyMeter meter(0);
  meter.Waited(0, 500 * kMs);
  meter.Lost(200 * kMs);
  for (int i = 0; i < 1000; ++i) meter.Lost(BusyMeter::kWakeUpNs);
  meter.Waited(1000 * kMs, 1000 * kMs);
  EXPECT_DOUBLE_EQ(meter.max_share(), 0.7);
}

TEST(BusyMeter, SaysNothingBeforeASecondHasPassed) {
  BusyMeter meter(0);
  meter.Waited(400 * kMs, 500 * kMs);
  EXPECT_DOUBLE_EQ(meter.max_share(), 0.0);
}

}  // namespace
}  // namespace monsoon
