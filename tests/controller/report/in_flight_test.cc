#include "controller/core/report/in_flight.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace monsoon {
namespace {

InFlight::Summary Summarise(const std::vector<Span>& requests, Span window, int64_t target,
                            size_t max_changes = InFlight::kMaxChanges, int* passes = nullptr) {
  InFlight in_flight(max_changes);
  int count = 0;
  do {
    for (const Span& request : requests) in_flight.Add(request.start_ns, request.end_ns);
    ++count;
  } while (!in_flight.EndPass(window, target));
  if (passes != nullptr) *passes = count;
  return in_flight.summary();
}

TEST(InFlightTest, MeanPeakAndSteadyWindowByHand) {
  // Two in flight from 4 to 8, and again from 9 to 10.
  const InFlight::Summary summary = Summarise({{0, 10}, {4, 8}, {9, 20}}, {0, 20}, 2);
  EXPECT_DOUBLE_EQ(summary.mean, (10.0 + 4 + 11) / 20);
  EXPECT_EQ(summary.peak, 2);
  ASSERT_TRUE(summary.at_target);
  EXPECT_EQ(summary.at_target->start_ns, 4);
  EXPECT_EQ(summary.at_target->end_ns, 10)
      << "dips between the first and the last moment are inside";
}

TEST(InFlightTest, TargetNeverReachedGivesNoWindow) {
  const InFlight::Summary summary = Summarise({{0, 10}, {10, 20}}, {0, 20}, 2);
  EXPECT_FALSE(summary.at_target) << "a slot handed on at one stamp is one request, not two";
  EXPECT_EQ(summary.peak, 1);
  EXPECT_DOUBLE_EQ(summary.mean, 1);
}

TEST(InFlightTest, WhatBeganBeforeTheWindowCountsInsideIt) {
  // The first is of the warm-up, still in flight when measuring begins.
  const InFlight::Summary summary = Summarise({{-100, 50}, {0, 100}, {-50, -10}}, {0, 100}, 2);
  EXPECT_DOUBLE_EQ(summary.mean, 1.5);
  ASSERT_TRUE(summary.at_target);
  EXPECT_EQ(summary.at_target->start_ns, 0);
  EXPECT_EQ(summary.at_target->end_ns, 50);
}

TEST(InFlightTest, AgreesWithCountingAtEveryMoment) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<Span> requests;
    for (int i = 0; i < 12; ++i) {
      const auto start = static_cast<int64_t>(random() % 40);
      requests.push_back({start, start + static_cast<int64_t>(random() % 15)});
    }
    const Span window{3, 37};
    const auto target = static_cast<int64_t>(1 + random() % 5);
    const InFlight::Summary summary = Summarise(requests, window, target, 1 + random() % 40);
    // One ns is the shortest time there is, so [t, t + 1) has one count.
    int64_t total = 0, peak = 0, first = -1, last = -1;
    for (int64_t t = window.start_ns; t < window.end_ns; ++t) {
      const auto now = std::count_if(requests.begin(), requests.end(), [t](const Span& request) {
        return request.start_ns <= t && t < request.end_ns;
      });
      total += now;
      peak = std::max<int64_t>(peak, now);
      if (now >= target && first < 0) first = t;
      if (now >= target) last = t + 1;
    }
    EXPECT_DOUBLE_EQ(summary.mean, static_cast<double>(total) / 34) << "seed " << seed;
    EXPECT_EQ(summary.peak, peak) << "seed " << seed;
    ASSERT_EQ(summary.at_target.has_value(), first >= 0) << "seed " << seed;
    if (first < 0) continue;
    EXPECT_EQ(summary.at_target->start_ns, first) << "seed " << seed;
    EXPECT_EQ(summary.at_target->end_ns, last) << "seed " << seed;
  }
}

TEST(InFlightTest, LittleMemoryTakesMorePassesToTheSameBits) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<Span> requests;
    // Few distinct stamps in one half of the seeds, hardly any equal ones in the other.
    const uint64_t grain = seed % 2 == 0 ? 1 : 1'000'000'007;
    for (int i = 0; i < 300; ++i) {
      const auto start = static_cast<int64_t>(random() % 50 * grain);
      requests.push_back({start, start + static_cast<int64_t>(random() % 20 * grain)});
    }
    const Span window{static_cast<int64_t>(5 * grain), static_cast<int64_t>(45 * grain)};
    const InFlight::Summary one = Summarise(requests, window, 60);
    int passes = 0;
    const InFlight::Summary many = Summarise(requests, window, 60, 1 + random() % 60, &passes);
    EXPECT_GT(passes, 3) << "seed " << seed;
    EXPECT_EQ(many.mean, one.mean) << "seed " << seed;
    EXPECT_EQ(many.peak, one.peak) << "seed " << seed;
    ASSERT_EQ(many.at_target.has_value(), one.at_target.has_value()) << "seed " << seed;
    if (!one.at_target) continue;
    EXPECT_EQ(many.at_target->start_ns, one.at_target->start_ns) << "seed " << seed;
    EXPECT_EQ(many.at_target->end_ns, one.at_target->end_ns) << "seed " << seed;
  }
}

}  // namespace
}  // namespace monsoon
