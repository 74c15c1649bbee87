#include "controller/core/report/in_flight.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace monsoon {
namespace {

TEST(InFlightTest, MeanPeakAndSteadyWindowByHand) {
  InFlight in_flight;
  in_flight.Add(0, 10);
  in_flight.Add(4, 8);   // two in flight from 4
  in_flight.Add(9, 20);  // and again from 9 to 10
  const InFlight::Summary summary = in_flight.Summarise({0, 20}, 2);
  EXPECT_DOUBLE_EQ(summary.mean, (10.0 + 4 + 11) / 20);
  EXPECT_EQ(summary.peak, 2);
  ASSERT_TRUE(summary.at_target);
  EXPECT_EQ(summary.at_target->start_ns, 4);
  EXPECT_EQ(summary.at_target->end_ns, 10)
      << "dips between the first and the last moment are inside";
}

TEST(InFlightTest, TargetNeverReachedGivesNoWindow) {
  InFlight in_flight;
  in_flight.Add(0, 10);
  in_flight.Add(10, 20);
  const InFlight::Summary summary = in_flight.Summarise({0, 20}, 2);
  EXPECT_FALSE(summary.at_target) << "a slot handed on at one stamp is one request, not two";
  EXPECT_EQ(summary.peak, 1);
  EXPECT_DOUBLE_EQ(summary.mean, 1);
}

TEST(InFlightTest, WhatBeganBeforeTheWindowCountsInsideIt) {
  InFlight in_flight;
  in_flight.Add(-100, 50);  // warm-up, still in flight when measuring begins
  in_flight.Add(0, 100);
  in_flight.Add(-50, -10);
  const InFlight::Summary summary = in_flight.Summarise({0, 100}, 2);
  EXPECT_DOUBLE_EQ(summary.mean, 1.5);
  ASSERT_TRUE(summary.at_target);
  EXPECT_EQ(summary.at_target->start_ns, 0);
  EXPECT_EQ(summary.at_target->end_ns, 50);
}

TEST(InFlightTest, AgreesWithCountingAtEveryMoment) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    InFlight in_flight;
    std::vector<Span> requests;
    for (int i = 0; i < 12; ++i) {
      const auto start = static_cast<int64_t>(random() % 40);
      requests.push_back({start, start + static_cast<int64_t>(random() % 15)});
      in_flight.Add(requests.back().start_ns, requests.back().end_ns);
    }
    const Span window{3, 37};
    const auto target = static_cast<int64_t>(1 + random() % 5);
    const InFlight::Summary summary = in_flight.Summarise(window, target);
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

}  // namespace
}  // namespace monsoon
