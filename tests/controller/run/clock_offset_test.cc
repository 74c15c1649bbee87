#include "controller/core/run/clock_offset.h"

#include <gtest/gtest.h>

#include <random>

namespace monsoon {
namespace {

TEST(ClockOffset, IsExactOnASymmetricRoute) {
  ClockOffset clock;
  // Agent's clock is 1000 ahead; 30 each way, 5 in the agent.
  clock.Add({.sent_controller_ns = 100,
             .received_agent_ns = 1130,
             .sent_agent_ns = 1135,
             .received_controller_ns = 165});
  EXPECT_EQ(clock.offset_ns(165), 1000);
  EXPECT_EQ(clock.round_trip_ns(), 60);
  EXPECT_EQ(clock.bound_ns(165), 31);
}

TEST(ClockOffset, TheShortestRoundTripWins) {
  ClockOffset clock;
  clock.Add({.sent_controller_ns = 0,
             .received_agent_ns = 900,
             .sent_agent_ns = 900,
             .received_controller_ns = 1000});
  clock.Add({.sent_controller_ns = 2000,
             .received_agent_ns = 2010,
             .sent_agent_ns = 2010,
             .received_controller_ns = 2020});
  clock.Add({.sent_controller_ns = 3000,
             .received_agent_ns = 3001,
             .sent_agent_ns = 3001,
             .received_controller_ns = 3900});
  EXPECT_EQ(clock.offset_ns(4000), 0);
  EXPECT_EQ(clock.bound_ns(2020), 11);
}

TEST(ClockOffset, TheBoundGrowsWithAge) {
  ClockOffset clock;
  clock.Add({.sent_controller_ns = 0,
             .received_agent_ns = 10,
             .sent_agent_ns = 10,
             .received_controller_ns = 20});
  // 30 ppm of 10 s is 300 us.
  EXPECT_EQ(clock.bound_ns(20 + 10'000'000'000), 10 + 300'000 + 1);
}

TEST(ClockOffset, TheTrueOffsetIsAlwaysInsideTheBound) {
  std::mt19937_64 random(42);
  std::uniform_int_distribution<int64_t> delay(1'000, 40'000'000);
  for (int round = 0; round < 200; ++round) {
    const int64_t truth = static_cast<int64_t>(random() % 2'000'000'000) - 1'000'000'000;
    ClockOffset clock;
    int64_t now = 0;
    for (int i = 0; i < 20; ++i) {
      const int64_t there = delay(random), in_agent = delay(random), back = delay(random);
      const PingTimes ping{.sent_controller_ns = now,
                           .received_agent_ns = now + there + truth,
                           .sent_agent_ns = now + there + in_agent + truth,
                           .received_controller_ns = now + there + in_agent + back};
      clock.Add(ping);
      now = ping.received_controller_ns + 1'000'000;
    }
    EXPECT_LE(std::abs(clock.offset_ns(now) - truth), clock.bound_ns(now));
  }
}

TEST(ClockOffset, TheDriftIsMeasuredWithItsBound) {
  std::mt19937_64 random(3);
  std::uniform_int_distribution<int64_t> delay(1'000, 5'000'000);
  for (int round = 0; round < 200; ++round) {
    const double truth_ppm = static_cast<double>(random() % 200) - 100;
    ClockOffset clock;
    EXPECT_EQ(clock.drift().bound_ppm, 0);
    int64_t now = 0;
    for (int i = 0; i < 70; ++i) {
      const auto agent = [&](int64_t at) {
        return at + static_cast<int64_t>(static_cast<double>(at) * truth_ppm / 1e6);
      };
      const int64_t there = delay(random), back = delay(random);
      clock.Add({.sent_controller_ns = now,
                 .received_agent_ns = agent(now + there),
                 .sent_agent_ns = agent(now + there),
                 .received_controller_ns = now + there + back});
      now += 1'000'000'000;
    }
    EXPECT_LE(std::abs(clock.drift().ppm - truth_ppm), clock.drift().bound_ppm + 0.01);
    EXPECT_LT(clock.drift().bound_ppm, 200);
    // A clock that is known to be worse than quartz makes the bound grow faster: it still holds
    // long after the last ping.
    const int64_t later = now + 1'000'000'000'000;
    EXPECT_GE(clock.bound_ns(later) - clock.bound_ns(now), 29'000'000);
    const double truth_ns = static_cast<double>(later) * truth_ppm / 1e6;
    const bool known_worse = std::abs(clock.drift().ppm) - clock.drift().bound_ppm > 30;
    if (std::abs(truth_ppm) <= 30 || known_worse) {
      EXPECT_LE(std::abs(static_cast<double>(clock.offset_ns(later)) - truth_ns),
                static_cast<double>(clock.bound_ns(later)) + 1'000);
    }
  }
}

}  // namespace
}  // namespace monsoon
