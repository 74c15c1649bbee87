#include "controller/core/run/shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace monsoon {
namespace {

using ::testing::ElementsAre;

std::vector<Carrier> Equal(const std::vector<int64_t>& limits) {
  std::vector<Carrier> agents;
  for (const int64_t limit : limits) agents.push_back({limit, 1});
  return agents;
}

int64_t Sum(const std::vector<int64_t>& shares) {
  return std::accumulate(shares.begin(), shares.end(), int64_t{0});
}

TEST(SplitConcurrency, AddsUpExactly) {
  EXPECT_THAT(*SplitConcurrency(128, Equal({1000, 1000, 1000, 1000})), ElementsAre(32, 32, 32, 32));
  EXPECT_THAT(*SplitConcurrency(10, Equal({1000, 1000, 1000, 1000})), ElementsAre(3, 3, 2, 2));
  EXPECT_THAT(*SplitConcurrency(1, Equal({1000, 1000})), ElementsAre(1, 0));
  EXPECT_THAT(*SplitConcurrency(10, Equal({2, 100, 1})), ElementsAre(2, 7, 1));
}

TEST(SplitConcurrency, FollowsTheWeights) {
  EXPECT_THAT(*SplitConcurrency(128, {{1000, 1}, {1000, 2}, {1000, 1}}), ElementsAre(32, 64, 32));
  // 10/7 and 60/7: the larger remainder, 4/7, gets the one that is left.
  EXPECT_THAT(*SplitConcurrency(10, {{1000, 0.5}, {1000, 3}}), ElementsAre(1, 9));
  // The heavy one takes 20; the other two share 80 as 1 to 3.
  EXPECT_THAT(*SplitConcurrency(100, {{20, 10}, {1000, 1}, {1000, 3}}), ElementsAre(20, 20, 60));
  EXPECT_THAT(*SplitConcurrency(1, {{1000, 1}, {1000, 5}}), ElementsAre(0, 1));
}

TEST(SplitConcurrency, SaysSoWhenItDoesNotFit) {
  EXPECT_EQ(SplitConcurrency(10, Equal({5, 4})).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(SplitConcurrency, HoldsForAnyLimitsAndWeights) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 5000; ++round) {
    std::vector<Carrier> agents(1 + random() % 32);
    int64_t room = 0;
    for (Carrier& agent : agents) {
      agent.limit = static_cast<int64_t>(random() % 100);
      agent.weight = static_cast<double>(1 + random() % 40) / 4;
      room += agent.limit;
    }
    if (room == 0) continue;
    const auto total = 1 + static_cast<int64_t>(random() % room);
    const auto shares = SplitConcurrency(total, agents);
    ASSERT_TRUE(shares.ok());
    EXPECT_EQ(Sum(*shares), total);
    for (size_t i = 0; i < agents.size(); ++i) {
      EXPECT_GE((*shares)[i], 0);
      EXPECT_LE((*shares)[i], agents[i].limit);
      for (size_t j = 0; j < agents.size(); ++j) {
        // Whoever has room left has at least its proportion of what anybody else has, up to one
        // request each; and more weight and more room never mean a smaller share.
        if ((*shares)[i] < agents[i].limit) {
          EXPECT_GT(static_cast<double>((*shares)[i] + 1) / agents[i].weight,
                    static_cast<double>((*shares)[j] - 1) / agents[j].weight)
              << round;
        }
        if (agents[i].weight > agents[j].weight && agents[i].limit >= agents[j].limit) {
          EXPECT_GE((*shares)[i], (*shares)[j]) << round;
        }
      }
    }
  }
}

TEST(SplitLost, GivesTheOthersWhatTheyCanTake) {
  EXPECT_THAT(SplitLost(8, {8, 0, 4}, {{100, 1}, {0, 1}, {100, 3}}), ElementsAre(2, 0, 6));
  EXPECT_THAT(SplitLost(8, {8, 0, 4}, {{10, 1}, {0, 1}, {5, 3}}), ElementsAre(2, 0, 1));
  EXPECT_THAT(SplitLost(8, {8, 4}, {{8, 1}, {0, 3}}), ElementsAre(0, 0));
  EXPECT_THAT(SplitLost(0, {8, 4}, {{80, 1}, {40, 3}}), ElementsAre(0, 0));
}

}  // namespace
}  // namespace monsoon
