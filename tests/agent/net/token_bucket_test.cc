#include "agent/core/net/token_bucket.h"

#include <gtest/gtest.h>

#include <random>

namespace monsoon {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

TEST(TokenBucket, LetsABurstPassAndThenTheRate) {
  TokenBucket bucket(2, 3);
  EXPECT_TRUE(bucket.Take(10 * kSecond));
  EXPECT_TRUE(bucket.Take(10 * kSecond));
  EXPECT_TRUE(bucket.Take(10 * kSecond));
  EXPECT_FALSE(bucket.Take(10 * kSecond));
  EXPECT_FALSE(bucket.Take(10 * kSecond + kSecond / 2 - 1000));
  EXPECT_TRUE(bucket.Take(10 * kSecond + kSecond / 2 + 1000));
  EXPECT_FALSE(bucket.Take(10 * kSecond + kSecond / 2 + 1000));
}

TEST(TokenBucket, SavesNoMoreThanABurst) {
  TokenBucket bucket(1000, 2);
  EXPECT_TRUE(bucket.Take(0));
  EXPECT_TRUE(bucket.Take(3600 * kSecond));
  EXPECT_TRUE(bucket.Take(3600 * kSecond));
  EXPECT_FALSE(bucket.Take(3600 * kSecond));
}

TEST(TokenBucket, AClockThatGoesBackGivesNothing) {
  TokenBucket bucket(1, 1);
  EXPECT_TRUE(bucket.Take(100 * kSecond));
  EXPECT_FALSE(bucket.Take(0));
  EXPECT_FALSE(bucket.Take(100 * kSecond + kSecond / 2));
  EXPECT_TRUE(bucket.Take(101 * kSecond + kSecond / 2));
}

// However the events come: in any time, at most the burst and what the rate gives.
TEST(TokenBucket, NeverPassesMoreThanBurstAndRate) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 50; ++round) {
    const double rate = 1 + static_cast<double>(random() % 100);
    const double burst = 1 + static_cast<double>(random() % 20);
    TokenBucket bucket(rate, burst);
    int64_t now_ns = 0;
    int passed = 0;
    for (int i = 0; i < 2000; ++i) {
      now_ns += static_cast<int64_t>(random() % (kSecond / 20));
      passed += bucket.Take(now_ns) ? 1 : 0;
      ASSERT_LE(passed, burst + rate * static_cast<double>(now_ns) / 1e9 + 1e-6);
    }
  }
}

}  // namespace
}  // namespace monsoon
