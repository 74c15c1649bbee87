#include "agent/core/session/session_registry.h"

#include <gmock/gmock.h>

namespace monsoon {
namespace {

using ::testing::HasSubstr;
using Answer = SessionRegistry::Answer;

constexpr int64_t kSecond = 1'000'000'000;

class SessionRegistryTest : public ::testing::Test {
 protected:
  SessionRegistry registry_{"one"};
};

TEST_F(SessionRegistryTest, AFreeAgentIsTakenWithANewEpochEachTime) {
  EXPECT_EQ(registry_.HeldBy(0), "");
  EXPECT_EQ(registry_.Take("a", 0, kSecond).epoch, 1u);
  EXPECT_EQ(registry_.HeldBy(kSecond), "a");
  EXPECT_EQ(registry_.HeldBy(kSecond + 1), "");
  registry_.End(1);
  EXPECT_EQ(registry_.HeldBy(0), "");
  const auto second = registry_.Take("b", 0, kSecond);
  EXPECT_EQ(second.answer, Answer::kTaken);
  EXPECT_EQ(second.epoch, 2u);
  registry_.End(1);  // late
  EXPECT_EQ(registry_.HeldBy(0), "b");
}

TEST_F(SessionRegistryTest, ANewcomerWaitsForTheLease) {
  registry_.Take("a", 0, 10 * kSecond);
  const auto busy = registry_.Take("b", 4 * kSecond, 14 * kSecond);
  EXPECT_EQ(busy.answer, Answer::kBusy);
  EXPECT_EQ(busy.run_id, "a");
  EXPECT_EQ(busy.retry_after_ns, 6 * kSecond + 1);
  EXPECT_THAT(busy.sentence, HasSubstr("run a"));
  // It was renewed meanwhile.
  registry_.Observe(12 * kSecond, false);
  EXPECT_EQ(registry_.Take("b", 12 * kSecond, 22 * kSecond).answer, Answer::kBusy);
  const auto taken = registry_.Take("b", 12 * kSecond + 1, 22 * kSecond);
  EXPECT_EQ(taken.answer, Answer::kTaken);
  EXPECT_EQ(taken.epoch, 2u);
  EXPECT_EQ(registry_.HeldBy(13 * kSecond), "b");
}

TEST_F(SessionRegistryTest, TwoNamesForOneAgentAreToldFromALostController) {
  registry_.Take("a", 0, 10 * kSecond);
  const auto twice = registry_.Take("a", kSecond, 11 * kSecond);
  EXPECT_EQ(twice.answer, Answer::kSameRun);
  EXPECT_EQ(twice.retry_after_ns, 0);
  EXPECT_THAT(twice.sentence, HasSubstr("another name"));
  registry_.Observe(10 * kSecond, false);
  const auto gone = registry_.Take("a", kSecond, 11 * kSecond);
  EXPECT_EQ(gone.answer, Answer::kSameRunHeld);
  EXPECT_EQ(gone.retry_after_ns, 9 * kSecond + 1);
  EXPECT_THAT(gone.sentence, HasSubstr("10 s"));
  EXPECT_EQ(registry_.Take("a", 11 * kSecond, 21 * kSecond).epoch, 2u);
}

TEST_F(SessionRegistryTest, ASessionIsFencedByInstanceAndEpoch) {
  registry_.Take("a", 0, kSecond);
  EXPECT_EQ(registry_.Resume("a", "one", 1).answer, Answer::kFound);
  EXPECT_EQ(registry_.Resume("a", "two", 1).answer, Answer::kUnknownSession);
  EXPECT_EQ(registry_.Resume("a", "one", 2).answer, Answer::kUnknownSession);
  EXPECT_EQ(registry_.Resume("b", "one", 1).answer, Answer::kUnknownSession);
  registry_.Take("b", 2 * kSecond, 3 * kSecond);
  const auto lost = registry_.Resume("a", "one", 1);
  EXPECT_EQ(lost.answer, Answer::kUnknownSession);
  EXPECT_THAT(lost.sentence, HasSubstr("run b has taken it"));
  registry_.End(2);
  EXPECT_EQ(registry_.Resume("b", "one", 2).answer, Answer::kUnknownSession);
}

// Long after its lease: as long as nobody else came, the session is there.
TEST_F(SessionRegistryTest, ASessionStaysResumableUntilANewcomerComes) {
  registry_.Take("a", 0, kSecond);
  EXPECT_EQ(registry_.Resume("a", "one", 1).answer, Answer::kFound);
}

TEST_F(SessionRegistryTest, WhatIsLeftOfARunIsCollectedAfterItsLease) {
  EXPECT_EQ(registry_.Collect("a", 0).answer, Answer::kNotHeld);
  registry_.Take("a", 0, kSecond);
  EXPECT_EQ(registry_.Collect("b", 0).answer, Answer::kNotHeld);
  const auto early = registry_.Collect("a", kSecond / 2);
  EXPECT_EQ(early.answer, Answer::kSameRunHeld);
  EXPECT_EQ(early.retry_after_ns, kSecond / 2 + 1);
  EXPECT_EQ(registry_.HeldBy(0), "a");
  EXPECT_EQ(registry_.Collect("a", 2 * kSecond).answer, Answer::kNotHeld);
  EXPECT_EQ(registry_.HeldBy(0), "") << "whoever collects it has taken its place";
}

TEST_F(SessionRegistryTest, ADrainingAgentTakesNobodyAndKeepsWhoItHas) {
  registry_.Take("a", 0, kSecond);
  registry_.Drain("SIGTERM");
  EXPECT_EQ(registry_.Resume("a", "one", 1).answer, Answer::kFound);
  registry_.End(1);
  const auto refused = registry_.Take("b", 0, kSecond);
  EXPECT_EQ(refused.answer, Answer::kDraining);
  EXPECT_THAT(refused.sentence, HasSubstr("SIGTERM"));
}

}  // namespace
}  // namespace monsoon
