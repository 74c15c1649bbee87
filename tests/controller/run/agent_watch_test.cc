#include "controller/core/run/agent_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace monsoon {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000 * kMs;
constexpr int64_t kLease = 10 * kSecond;
// The agent's clock minus the controller's.
constexpr int64_t kOffset = 3'600 * kSecond;

class AgentWatchTest : public ::testing::Test {
 protected:
  // A ping of 2 ms there and back, at that time.
  void Measure(int64_t now_ns) {
    clock_.Add({.sent_controller_ns = now_ns - 2 * kMs,
                .received_agent_ns = now_ns - kMs + kOffset,
                .sent_agent_ns = now_ns - kMs + kOffset,
                .received_controller_ns = now_ns});
  }
  // Pings, hears and judges every 100 ms.
  void Live(int64_t from_ns, int64_t to_ns) {
    for (int64_t now_ns = from_ns; now_ns <= to_ns; now_ns += 100 * kMs) {
      if ((now_ns - from_ns) % kSecond == 0) {
        Measure(now_ns);
        granted_ns_ = watch_.Grant(now_ns, clock_);
      }
      watch_.Heard(now_ns);
      EXPECT_FALSE(watch_.Judge(now_ns, clock_).has_value()) << now_ns;
    }
  }
  // Judges every 100 ms and pings once a second, until something changes; the time of that.
  int64_t Silence(int64_t from_ns, AgentWatch::Change& change) {
    for (int64_t now_ns = from_ns; now_ns < from_ns + 1000 * kSecond; now_ns += 100 * kMs) {
      if ((now_ns - from_ns) % kSecond == 0) granted_ns_ = watch_.Grant(now_ns, clock_);
      if (auto changed = watch_.Judge(now_ns, clock_)) {
        change = *changed;
        return now_ns;
      }
    }
    return 0;
  }

  ClockOffset clock_;
  AgentWatch watch_{kLease, 0};
  int64_t granted_ns_ = 0;
};

TEST_F(AgentWatchTest, AnEarlierWordTakesNothingBack) {
  Live(0, 5 * kSecond);
  watch_.Heard(kSecond);
  AgentWatch::Change change;
  EXPECT_EQ(Silence(5'100 * kMs, change), 8 * kSecond);
}

TEST_F(AgentWatchTest, GrantsTheLeaseInTheAgentsTime) {
  EXPECT_EQ(watch_.Grant(0, clock_), 0) << "the offset is not known yet";
  Measure(kSecond);
  EXPECT_EQ(watch_.Grant(2 * kSecond, clock_), 12 * kSecond + kOffset);
}

TEST_F(AgentWatchTest, SilenceIsSuspectedAfter3SecondsAndLostWhenTheLeaseIsOver) {
  Live(0, 20 * kSecond);
  AgentWatch::Change change;
  const int64_t suspected_ns = Silence(20'100 * kMs, change);
  EXPECT_EQ(suspected_ns, 23 * kSecond);
  // The last ping before that was at 22.1 s.
  ASSERT_TRUE(std::holds_alternative<SuspectedEvent>(change));
  EXPECT_EQ(std::get<SuspectedEvent>(change).reason,
            "is silent since 3.0 s; its lease ends in 9 s");
  EXPECT_EQ(granted_ns_, 32'100 * kMs + kOffset);
  const int64_t lost_ns = Silence(23'100 * kMs, change);
  ASSERT_TRUE(std::holds_alternative<LostEvent>(change));
  EXPECT_EQ(granted_ns_, 32'100 * kMs + kOffset) << "nothing more is granted to a silent agent";
  // 1 ms of round trip, and 30 ppm of drift for 12 s, beyond the lease.
  EXPECT_EQ(lost_ns, 32'200 * kMs);
  EXPECT_THAT(std::get<LostEvent>(change).reason,
              AllOf(HasSubstr("nothing was heard from it for 12.2 s"), HasSubstr("lease")));
}

TEST_F(AgentWatchTest, OneThatIsHeardWithinItsLeaseRecovers) {
  Live(0, 5 * kSecond);
  AgentWatch::Change change;
  const int64_t suspected_ns = Silence(5'100 * kMs, change);
  watch_.Heard(suspected_ns + kSecond);
  const auto back = watch_.Judge(suspected_ns + kSecond, clock_);
  ASSERT_TRUE(back.has_value());
  EXPECT_TRUE(std::holds_alternative<RecoveredEvent>(*back));
  EXPECT_EQ(watch_.Grant(suspected_ns + kSecond, clock_), suspected_ns + 11 * kSecond + kOffset);
}

TEST_F(AgentWatchTest, OneThatIsHeardAfterItsLossRejoins) {
  Live(0, 5 * kSecond);
  AgentWatch::Change change;
  Silence(5'100 * kMs, change);
  const int64_t lost_ns = Silence(8'100 * kMs, change);
  ASSERT_TRUE(std::holds_alternative<LostEvent>(change));
  EXPECT_FALSE(watch_.Judge(lost_ns + kSecond, clock_).has_value());
  watch_.Heard(lost_ns + 2 * kSecond);
  const auto back = watch_.Judge(lost_ns + 2 * kSecond, clock_);
  ASSERT_TRUE(back.has_value());
  EXPECT_TRUE(std::holds_alternative<RejoinedEvent>(*back));
}

TEST_F(AgentWatchTest, ABrokenConnectionIsSuspectedAtOnceAndItsReasonSaid) {
  Live(0, 5 * kSecond);
  watch_.OnConnection({ConnectionEvent::Kind::kBroken, "reset by peer"}, 5 * kSecond);
  auto change = watch_.Judge(5 * kSecond, clock_);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(std::get<SuspectedEvent>(*change).reason,
            "is out of reach (reset by peer); its lease ends in 10 s");
  watch_.Heard(6 * kSecond);  // read before the break
  EXPECT_FALSE(watch_.Judge(6 * kSecond, clock_).has_value());
  watch_.OnConnection({ConnectionEvent::Kind::kRestored, ""}, 7 * kSecond);
  change = watch_.Judge(7 * kSecond, clock_);
  ASSERT_TRUE(change.has_value());
  EXPECT_TRUE(std::holds_alternative<RecoveredEvent>(*change));
}

TEST_F(AgentWatchTest, ADeadProcessIsLostAtOnceAndForEver) {
  Live(0, 5 * kSecond);
  watch_.OnConnection({ConnectionEvent::Kind::kDead, "it was started again"}, 5 * kSecond);
  const auto change = watch_.Judge(5 * kSecond, clock_);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(std::get<LostEvent>(*change).reason, "it was started again");
  watch_.Heard(6 * kSecond);
  EXPECT_FALSE(watch_.Judge(6 * kSecond, clock_).has_value());
}

TEST_F(AgentWatchTest, NonsenseIsLostWhenTheLeaseIsOverAndNeverComesBack) {
  Live(0, 5 * kSecond);
  watch_.OnConnection({ConnectionEvent::Kind::kBrokenOff, "it sent garbage"}, 5 * kSecond);
  AgentWatch::Change change;
  EXPECT_EQ(Silence(5'100 * kMs, change), 5'100 * kMs);
  EXPECT_TRUE(std::holds_alternative<SuspectedEvent>(change));
  EXPECT_GT(Silence(5'200 * kMs, change), 15 * kSecond);
  EXPECT_THAT(std::get<LostEvent>(change).reason, HasSubstr("it sent garbage"));
  watch_.Heard(16 * kSecond);
  EXPECT_FALSE(watch_.Judge(16 * kSecond, clock_).has_value());
}

TEST_F(AgentWatchTest, APauseOfTheControllerIsNoSilenceOfTheAgent) {
  Live(0, 5 * kSecond);
  EXPECT_FALSE(watch_.Judge(25 * kSecond, clock_).has_value());
  EXPECT_FALSE(watch_.Judge(27 * kSecond, clock_).has_value());
  EXPECT_TRUE(watch_.Judge(27'400 * kMs, clock_).has_value() ||
              watch_.Judge(27'800 * kMs, clock_).has_value() ||
              watch_.Judge(28'200 * kMs, clock_).has_value() ||
              watch_.Judge(28'600 * kMs, clock_).has_value() ||
              watch_.Judge(29'000 * kMs, clock_).has_value() ||
              watch_.Judge(29'400 * kMs, clock_).has_value() ||
              watch_.Judge(29'800 * kMs, clock_).has_value() ||
              watch_.Judge(30'200 * kMs, clock_).has_value());
}

TEST_F(AgentWatchTest, AShortLeaseIsPingedAndSuspectedSooner) {
  EXPECT_EQ(AgentWatch(kSecond, 0).ping_interval_ns(), 125 * kMs);
  EXPECT_EQ(AgentWatch(kSecond, 0).suspect_after_ns(), 500 * kMs);
  EXPECT_EQ(AgentWatch(4 * kSecond, 0).suspect_after_ns(), 2 * kSecond);
  EXPECT_EQ(AgentWatch(300 * kSecond, 0).ping_interval_ns(), kSecond);
  EXPECT_EQ(AgentWatch(300 * kSecond, 0).suspect_after_ns(), 3 * kSecond);
}

// The one promise that everything rests on: whatever the offset, the drift within its bounds and
// the delay of pings, an agent that obeys its leases sends nothing after it was called lost.
TEST(AgentWatch, NeverCallsAnAgentLostThatMaySend) {
  std::mt19937_64 random(7);
  const auto in = [&random](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int round = 0; round < 2000; ++round) {
    const int64_t lease_ns = in(1, 20) * kSecond;
    // No monotonic clock shows less than 0.
    const int64_t begin_ns = 1'000'000 * kSecond;
    const int64_t offset_ns = in(-999'000, 1'000'000) * kSecond;
    const auto drift = static_cast<double>(in(-15'000, 15'000)) * 1e-9;
    const auto agent_time = [&](int64_t now_ns) {
      return now_ns + offset_ns +
             static_cast<int64_t>(drift * static_cast<double>(now_ns - begin_ns));
    };
    ClockOffset clock;
    AgentWatch watch(lease_ns, begin_ns);
    const int64_t cut_ns = begin_ns + in(2, 60) * kSecond;
    int64_t until_agent_ns = 0;  // what the agent has heard
    int64_t pinged_ns = begin_ns, now_ns = begin_ns;
    for (;; now_ns += 50 * kMs) {
      ASSERT_LT(now_ns, cut_ns + 2 * lease_ns + 20 * kSecond);
      if (now_ns - pinged_ns >= watch.ping_interval_ns()) {
        pinged_ns = now_ns;
        const int64_t there_ns = in(0, 40 * kMs), back_ns = in(0, 40 * kMs);
        const int64_t granted_ns = watch.Grant(now_ns, clock);
        // A ping on its way when the cut comes arrives, its pong does not.
        if (now_ns < cut_ns + in(0, 2) * kSecond) {
          until_agent_ns =
              std::max(until_agent_ns,
                       granted_ns != 0 ? granted_ns : agent_time(now_ns + there_ns) + lease_ns);
        }
        if (now_ns < cut_ns) {
          clock.Add({.sent_controller_ns = now_ns,
                     .received_agent_ns = agent_time(now_ns + there_ns),
                     .sent_agent_ns = agent_time(now_ns + there_ns),
                     .received_controller_ns = now_ns + there_ns + back_ns});
          watch.Heard(now_ns + there_ns + back_ns);
        }
      }
      const auto change = watch.Judge(now_ns, clock);
      if (change && std::holds_alternative<LostEvent>(*change)) break;
    }
    EXPECT_GE(agent_time(now_ns), until_agent_ns) << round;
    EXPECT_GE(now_ns, cut_ns);
  }
}

}  // namespace
}  // namespace monsoon
