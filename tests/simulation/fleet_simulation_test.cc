// Thousands of fleets in virtual time, each with the faults of its seed. One seed again, with its
// whole trace:
//
//   MONSOON_SEED=1234 build/tests/fleet_simulation_test --gtest_filter='*OneSeed'
#include "tests/simulation/fleet_simulation.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace monsoon {
namespace {

using ::testing::Contains;
using ::testing::Ge;
using ::testing::Gt;
using ::testing::Key;
using ::testing::Pair;

// So many by default; MONSOON_SEEDS asks for more.
constexpr uint64_t kSeeds = 3000;

uint64_t SeedsAsked() {
  const char* seeds = std::getenv("MONSOON_SEEDS");
  return seeds == nullptr ? kSeeds : std::max<uint64_t>(kSeeds, std::strtoull(seeds, nullptr, 10));
}

std::string Report(uint64_t seed, const SimOutcome& outcome, size_t lines) {
  std::string text = "seed " + std::to_string(seed) + ":\n";
  for (const std::string& problem : outcome.problems) text += "  PROBLEM: " + problem + "\n";
  const size_t all = outcome.trace.size();
  for (size_t i = 0; i < all; ++i) {
    if (i == 0 || i + lines >= all) text += "  " + outcome.trace[i] + "\n";
  }
  return text;
}

TEST(FleetSimulationTest, TheBooksHoldUnderAnySchedule) {
  std::map<RequestStatus, int> rows;
  std::map<std::string, int> faults;
  int rejoined = 0;
  int rows_of_rejoined = 0;
  int broken = 0;
  for (uint64_t seed = 1; seed <= SeedsAsked() && broken < 3; ++seed) {
    const SimOutcome outcome = PlayFleet(seed, {});
    if (!outcome.problems.empty()) {
      ++broken;
      ADD_FAILURE() << Report(seed, outcome, 40);
    }
    for (const auto& [status, count] : outcome.rows) rows[status] += count;
    for (const auto& [fault, count] : outcome.faults) faults[fault] += count;
    rejoined += outcome.rejoined;
    rows_of_rejoined += outcome.rows_of_rejoined;
  }
  // That all of it was tried.
  EXPECT_GT(rejoined, 20);
  EXPECT_GT(rows_of_rejoined, 50);
  for (const char* fault : {"kill", "stop", "hold", "break", "vanish", "refuse", "slow",
                            "kill_controller", "interrupt"}) {
    EXPECT_THAT(faults, Contains(Pair(fault, Gt(100))));
  }
  for (const RequestStatus status : {RequestStatus::kOk, RequestStatus::kCancelled,
                                     RequestStatus::kNotSent, RequestStatus::kLost}) {
    EXPECT_THAT(rows, Contains(Pair(status, Ge(1000))));
  }
}

TEST(FleetSimulationTest, ASeedIsTheSameRunEveryTime) {
  for (const uint64_t seed : {3, 14, 159}) {
    EXPECT_EQ(PlayFleet(seed, {}).trace, PlayFleet(seed, {}).trace);
  }
}

TEST(FleetSimulationTest, OneSeed) {
  const char* seed = std::getenv("MONSOON_SEED");
  if (seed == nullptr) GTEST_SKIP() << "MONSOON_SEED names none";
  const SimOutcome outcome = PlayFleet(std::strtoull(seed, nullptr, 10), {});
  std::cout << Report(std::strtoull(seed, nullptr, 10), outcome, outcome.trace.size());
  EXPECT_TRUE(outcome.problems.empty());
}

// Checks that cannot fail prove nothing: each mistake must be seen within a few hundred seeds.
void ExpectSeen(const SimFlaws& flaws) {
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    if (!PlayFleet(seed, flaws).problems.empty()) return;
  }
  ADD_FAILURE() << "no check saw it";
}

TEST(FleetSimulationTest, SeesNumbersThatAreTakenTwice) {
  ExpectSeen({.takes_numbers_twice = true});
}
TEST(FleetSimulationTest, SeesBatchesThatAreStoredTwice) {
  ExpectSeen({.stores_batches_twice = true});
}
TEST(FleetSimulationTest, SeesMessagesThatAreNotRepeated) { ExpectSeen({.never_repeats = true}); }
TEST(FleetSimulationTest, SeesAnAgentThatIgnoresItsLease) { ExpectSeen({.ignores_lease = true}); }
TEST(FleetSimulationTest, SeesALossThatIsDeclaredTooEarly) {
  ExpectSeen({.loses_too_early = true});
}
TEST(FleetSimulationTest, SeesBatchesThatAreForgotten) { ExpectSeen({.forgets_batches = true}); }

}  // namespace
}  // namespace monsoon
