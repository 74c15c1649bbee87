#include "controller/core/calibrate/ladder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using enum StepOutcome;

const std::vector<int64_t> kLevels = {1, 128, 1000, 4000};

// Runs the ladder against a machine; the levels that it tried.
std::vector<int64_t> Tried(Ladder& ladder, const std::function<StepOutcome(int64_t)>& machine) {
  std::vector<int64_t> tried;
  while (const std::optional<int64_t> level = ladder.Next()) {
    EXPECT_EQ(ladder.Next(), level);  // asking changes nothing
    tried.push_back(*level);
    ladder.Add(*level, machine(*level));
    if (tried.size() > 100) break;
  }
  return tried;
}

std::function<StepOutcome(int64_t)> UpTo(int64_t capacity) {
  return [capacity](int64_t level) { return level <= capacity ? kValid : kInvalid; };
}

TEST(Ladder, AStrongMachineIsClimbedToTheEnd) {
  Ladder ladder(kLevels, 2);
  EXPECT_THAT(Tried(ladder, UpTo(10'000)), ElementsAre(1, 128, 1000, 4000));
  EXPECT_EQ(ladder.highest_valid(), 4000);
  EXPECT_EQ(ladder.limit(), CapacityLimit::kLadder);
}

TEST(Ladder, HalvesTheSpanInWhichTheVerdictTurned) {
  Ladder ladder(kLevels, 2);
  // sqrt(128 * 1000) = 358 is VALID, sqrt(358 * 1000) = 598 is not.
  EXPECT_THAT(Tried(ladder, UpTo(500)), ElementsAre(1, 128, 1000, 4000, 358, 598));
  EXPECT_EQ(ladder.highest_valid(), 358);
  EXPECT_EQ(ladder.limit(), CapacityLimit::kAgent);
}

TEST(Ladder, StopsAtTheSecondInvalid) {
  Ladder ladder({1, 10, 100, 1000, 10'000}, 0);
  EXPECT_THAT(Tried(ladder, UpTo(5)), ElementsAre(1, 10, 100));
  EXPECT_EQ(ladder.highest_valid(), 1);
}

TEST(Ladder, OneInvalidBelowAValidIsADisturbance) {
  Ladder ladder(kLevels, 2);
  const auto disturbed = [](int64_t level) { return level == 128 ? kInvalid : kValid; };
  EXPECT_THAT(Tried(ladder, disturbed), ElementsAre(1, 128, 1000, 4000));
  EXPECT_EQ(ladder.highest_valid(), 4000);
  EXPECT_EQ(ladder.limit(), CapacityLimit::kLadder);
}

TEST(Ladder, ALateEngineEndsTheClimbAndIsNotRefined) {
  Ladder ladder(kLevels, 2);
  const auto machine = [](int64_t level) { return level >= 1000 ? kVoid : kValid; };
  EXPECT_THAT(Tried(ladder, machine), ElementsAre(1, 128, 1000, 1000));
  EXPECT_EQ(ladder.highest_valid(), 128);
  EXPECT_EQ(ladder.limit(), CapacityLimit::kEngine);
}

TEST(Ladder, AnEngineThatWasLateOnceIsADisturbance) {
  Ladder ladder(kLevels, 2);
  int tries = 0;
  const auto machine = [&tries](int64_t level) {
    return level == 1 && ++tries == 1 ? kVoid : kValid;
  };
  EXPECT_THAT(Tried(ladder, machine), ElementsAre(1, 1, 128, 1000, 4000));
  EXPECT_EQ(ladder.highest_valid(), 4000);
  EXPECT_EQ(ladder.limit(), CapacityLimit::kLadder);
}

TEST(Ladder, AnEngineThatIsLateWhileRefiningIsTheLimit) {
  Ladder ladder(kLevels, 3);
  const auto machine = [](int64_t level) {
    return level <= 128 ? kValid : level == 358 ? kVoid : kInvalid;
  };
  EXPECT_THAT(Tried(ladder, machine), ElementsAre(1, 128, 1000, 4000, 358, 358));
  EXPECT_EQ(ladder.highest_valid(), 128);
  EXPECT_EQ(ladder.limit(), CapacityLimit::kEngine);
}

TEST(Ladder, AHopelessMachineHasNoCapacity) {
  Ladder ladder(kLevels, 2);
  EXPECT_THAT(Tried(ladder, UpTo(0)), ElementsAre(1, 128));
  EXPECT_EQ(ladder.highest_valid(), 0);
  EXPECT_EQ(ladder.limit(), CapacityLimit::kAgent);
}

TEST(Ladder, ASingleLevelIsEnough) {
  Ladder ladder({7}, 2);
  EXPECT_THAT(Tried(ladder, UpTo(10)), ElementsAre(7));
  EXPECT_EQ(ladder.highest_valid(), 7);
}

TEST(Ladder, RefiningEndsWhereTheSpanIsNarrow) {
  Ladder ladder({1, 2}, 5);
  EXPECT_THAT(Tried(ladder, UpTo(1)), ElementsAre(1, 2));  // nothing lies between
  Ladder narrow({100, 110}, 5);
  EXPECT_THAT(Tried(narrow, UpTo(100)), ElementsAre(100, 110));
}

// Whatever the capacity: what the ladder says is VALID was tried, lies at or below the capacity,
// and with enough steps near it.
TEST(Ladder, FindsEveryCapacity) {
  for (int64_t capacity = 1; capacity <= 4000; capacity += 7) {
    Ladder ladder(kLevels, 8);
    const std::vector<int64_t> tried = Tried(ladder, UpTo(capacity));
    EXPECT_LE(tried.size(), kLevels.size() + 8);
    EXPECT_LE(ladder.highest_valid(), capacity);
    EXPECT_GE(static_cast<double>(ladder.highest_valid()) * 1.15 + 1, capacity) << capacity;
  }
}

}  // namespace
}  // namespace monsoon
