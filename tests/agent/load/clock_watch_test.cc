// Steps and rates of clocks, worked out by hand.
#include "agent/core/load/clock_watch.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

constexpr int64_t kS = 1'000'000'000;

// A look of 2 us at `monotonic_ns`.
ClockWatch::Look At(int64_t monotonic_ns, int64_t realtime_ns, int64_t raw_ns) {
  return {monotonic_ns - 1000, realtime_ns, raw_ns, monotonic_ns + 1000};
}

TEST(ClockWatchTest, GoodClocksAreUnsuspicious) {
  ClockWatch watch;
  for (int64_t i = 1; i <= 100; ++i)
    watch.Observe(At(i * kS / 10, i * kS / 10 + 7 * kS, i * kS / 10));
  EXPECT_EQ(watch.realtime_offset_ns(), 7 * kS);
  EXPECT_EQ(watch.max_step_ns(), 0);
  EXPECT_DOUBLE_EQ(watch.rate_error(), 0);
}

TEST(ClockWatchTest, AStepIsSeenASlewIsNot) {
  ClockWatch watch;
  watch.Observe(At(0, 0, 0));
  watch.Observe(At(kS, kS + 500'000, kS));
  EXPECT_EQ(watch.max_step_ns(), 0) << "half a millisecond in a second is a slew";
  watch.Observe(At(2 * kS, 2 * kS - 3 * kS, 2 * kS));
  EXPECT_EQ(watch.max_step_ns(), 3 * kS + 500'000);
  watch.Observe(At(3 * kS, 3 * kS - 3 * kS + 2'000'000, 3 * kS));
  EXPECT_EQ(watch.max_step_ns(), 3 * kS + 500'000) << "the largest is kept";
  EXPECT_EQ(watch.realtime_offset_ns(), -3 * kS + 2'000'000);
}

TEST(ClockWatchTest, RatesAreComparedOverTheWholeTime) {
  ClockWatch watch;
  watch.Observe(At(kS, 0, kS));
  watch.Observe(At(kS + kS / 2, 0, kS + kS / 2 - 1'000'000));
  EXPECT_DOUBLE_EQ(watch.rate_error(), 0) << "half a second is too short to tell";
  watch.Observe(At(3 * kS, 0, 3 * kS - 4'000'000));
  EXPECT_NEAR(watch.rate_error(), 0.002004, 1e-6);
}

TEST(ClockWatchTest, AnInterruptedLookSaysNothing) {
  ClockWatch watch;
  watch.Observe(At(0, 0, 0));
  watch.Observe({kS, kS + 5'000'000, kS, kS + 10'000'000});
  EXPECT_EQ(watch.max_step_ns(), 0);
  EXPECT_EQ(watch.realtime_offset_ns(), 0);
}

}  // namespace
}  // namespace monsoon
