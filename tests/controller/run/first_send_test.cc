#include "controller/core/run/first_send.h"

#include <gtest/gtest.h>

#include "controller/core/run/case_clock.h"

namespace monsoon {
namespace {

RequestRecord Sent(int64_t dispatched_ns, int64_t intended_ns = kNever, uint32_t flags = 0) {
  RequestRecord record;
  record.dispatched_ns = dispatched_ns;
  record.intended_ns = intended_ns;
  record.flags = flags;
  return record;
}

TEST(FirstSend, IsTheEarliestInWhateverOrderRecordsCome) {
  FirstSend first;
  EXPECT_FALSE(first.known());
  first.Take(Sent(500));
  first.Take(Sent(200, 150));
  first.Take(Sent(300));
  first.Take(Sent(kNever));
  EXPECT_TRUE(first.known());
  EXPECT_EQ(first.dispatched_ns(), 200);
  EXPECT_EQ(first.after_plan_ns(), 200) << "a closed loop's plan is the start";
}

TEST(FirstSend, OfAnOpenLoopIsAfterItsOwnMoment) {
  FirstSend first;
  first.Take(Sent(1'000'007, 1'000'000, kFlagScheduled));
  EXPECT_EQ(first.after_plan_ns(), 7);
}

TEST(FirstSend, TheSkewIsBetweenTheLatestAndTheEarliest) {
  std::vector<FirstSend> agents(4);
  EXPECT_EQ(SkewOf(agents), kNever);
  agents[0].Take(Sent(40));
  EXPECT_EQ(SkewOf(agents), kNever) << "one agent alone";
  agents[2].Take(Sent(-5));
  agents[3].Take(Sent(1'000'030, 1'000'000, kFlagScheduled));
  EXPECT_EQ(SkewOf(agents), 45);
}

TEST(CaseClock, TheBoundHoldsFromTheStartToTheEnd) {
  constexpr int64_t kSecond = 1'000'000'000;
  ClockOffset clock;
  CaseClock fixed;
  // 50 ppm fast: after 100 s, 5 ms ahead of where it was.
  for (int64_t at = 0; at <= 100; ++at) {
    const int64_t now = at * kSecond;
    const int64_t agent = now + at * 50'000 + 777;
    clock.Add({.sent_controller_ns = now - 1000,
               .received_agent_ns = agent,
               .sent_agent_ns = agent,
               .received_controller_ns = now + 1000});
    if (at == 0) fixed.Fix(clock, now);
    fixed.Follow(clock, now);
  }
  EXPECT_EQ(fixed.offset_ns(), 777);
  EXPECT_GE(fixed.bound_ns(), 5'000'000);
  EXPECT_LE(fixed.bound_ns(), 5'010'000);
  EXPECT_EQ(fixed.round_trip_ns(), 2000);
  EXPECT_NEAR(fixed.drift().ppm, 50, 0.01);
}

}  // namespace
}  // namespace monsoon
