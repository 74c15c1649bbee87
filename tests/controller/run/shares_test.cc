#include "controller/core/run/shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace monsoon {
namespace {

using ::testing::ElementsAre;

TEST(SplitConcurrency, AddsUpExactly) {
  EXPECT_THAT(*SplitConcurrency(128, {1000, 1000, 1000, 1000}), ElementsAre(32, 32, 32, 32));
  EXPECT_THAT(*SplitConcurrency(10, {1000, 1000, 1000, 1000}), ElementsAre(3, 3, 2, 2));
  EXPECT_THAT(*SplitConcurrency(1, {1000, 1000}), ElementsAre(1, 0));
  EXPECT_THAT(*SplitConcurrency(10, {2, 100, 1}), ElementsAre(2, 7, 1));
}

TEST(SplitConcurrency, SaysSoWhenItDoesNotFit) {
  EXPECT_EQ(SplitConcurrency(10, {5, 4}).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(SplitConcurrency, HoldsForAnyLimits) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 1000; ++round) {
    std::vector<int64_t> limits(1 + random() % 32);
    for (int64_t& limit : limits) limit = static_cast<int64_t>(random() % 100);
    const int64_t room = std::accumulate(limits.begin(), limits.end(), int64_t{0});
    if (room == 0) continue;
    const auto total = 1 + static_cast<int64_t>(random() % room);
    const auto shares = SplitConcurrency(total, limits);
    ASSERT_TRUE(shares.ok());
    EXPECT_EQ(std::accumulate(shares->begin(), shares->end(), int64_t{0}), total);
    int64_t largest_free = 0, smallest_free = total;
    for (size_t i = 0; i < limits.size(); ++i) {
      EXPECT_LE((*shares)[i], limits[i]);
      if ((*shares)[i] == limits[i]) continue;
      largest_free = std::max(largest_free, (*shares)[i]);
      smallest_free = std::min(smallest_free, (*shares)[i]);
    }
    if (largest_free > 0) {
      EXPECT_LE(largest_free - smallest_free, 1);
    }
  }
}

}  // namespace
}  // namespace monsoon
