#include "common/stats/distribution_builder.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace monsoon {
namespace {

Distribution Build(const std::vector<double>& samples, int64_t requests, size_t budget_bytes,
                   size_t max_selected, int* passes = nullptr) {
  SampleBudget budget(budget_bytes);
  DistributionBuilder builder(&budget, max_selected);
  int count = 0;
  do {
    for (const double sample : samples) builder.Add(sample);
    ++count;
  } while (!builder.EndPass());
  if (passes != nullptr) *passes = count;
  return builder.Describe(requests);
}

constexpr size_t kEnough = size_t{1} << 30;

// operator== would take 0.0 and -0.0 for equal.
void ExpectSameBits(const Distribution& a, const Distribution& b) {
  EXPECT_EQ(a.count, b.count);
  EXPECT_EQ(a.insufficient, b.insufficient);
  for (const Statistic& statistic : DistributionStatistics()) {
    EXPECT_EQ(std::bit_cast<uint64_t>(a.*statistic.member),
              std::bit_cast<uint64_t>(b.*statistic.member))
        << statistic.name << ": " << a.*statistic.member << " and " << b.*statistic.member;
  }
}

TEST(DistributionBuilderTest, WhatFitsTakesOnePassAndIsWhatDescribeSamplesSays) {
  std::vector<double> samples = {4, 1, 3, 2, 5};
  int passes = 0;
  const Distribution built = Build(samples, 5, kEnough, 10, &passes);
  EXPECT_EQ(passes, 1);
  EXPECT_EQ(built.p50, 3);
  EXPECT_EQ(built, DescribeSamples(samples, 5));
}

TEST(DistributionBuilderTest, NoSamplesNeedNoSecondPass) {
  int passes = 0;
  const Distribution built = Build({}, 0, 0, 0, &passes);
  EXPECT_EQ(passes, 1);
  EXPECT_EQ(built, DescribeSamples({}, 0));
}

TEST(DistributionBuilderTest, OneAndTwoSamplesWithoutAnyMemory) {
  EXPECT_EQ(Build({0.5}, 1, 0, 0).p999, 0.5);
  const Distribution two = Build({3, 1}, 2, 0, 0);
  EXPECT_EQ(two.mean, 2);
  EXPECT_EQ(two.stddev, 1);
  EXPECT_EQ(two.p50, 2) << "half way between the two";
  EXPECT_EQ(two.max, 3);
}

TEST(DistributionBuilderTest, BothWaysGiveEqualBits) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<double> samples(random() % 6000);
    for (double& sample : samples) {
      switch (seed % 5) {
        case 0:
          sample = static_cast<double>(random() % 30'000'000) / 1e9;
          break;
        case 1:
          sample = 0.01 * std::exp(static_cast<double>(random() % 1000) / 100);
          break;
        case 2:
          sample = random() % 2 == 0 ? -0.0 : 0.0;
          break;
        case 3:
          sample = (static_cast<double>(random() % 2000) - 1000) / 3;
          break;
        default:
          sample = 1.0 / static_cast<double>(1 + random() % 7);
      }
    }
    int passes = 0;
    const auto requests = static_cast<int64_t>(samples.size());
    const size_t budget = random() % 2 == 0 ? 0 : 1024;  // from the start, or in the middle
    const Distribution many = Build(samples, requests, budget, random() % 100, &passes);
    SCOPED_TRACE(seed);
    EXPECT_TRUE(passes > 1 || samples.size() <= 128);
    ExpectSameBits(many, Build(samples, requests, kEnough, 0));
  }
}

TEST(DistributionGroupTest, OneBudgetIsSharedAndAllAreAskedForMorePasses) {
  DistributionGroup group(64 * sizeof(double), 10);
  DistributionBuilder& first = group.New();
  DistributionBuilder& second = group.New();
  int passes = 0;
  do {
    for (int i = 0; i < 64; ++i) first.Add(i);
    for (int i = 0; i < 64; ++i) second.Add(i);
    ++passes;
    EXPECT_TRUE(first.complete() || passes == 1) << "it had the whole budget";
  } while (!group.EndPass());
  EXPECT_GT(passes, 1);
  ExpectSameBits(first.Describe(64), second.Describe(64));
}

TEST(SampleBudgetTest, WhatIsFreedCanBeTakenAgain) {
  SampleBudget budget(64 * sizeof(double));
  std::vector<double> values;
  for (int i = 0; i < 64; ++i) {
    ASSERT_TRUE(GrowWithin(budget, values));
    values.push_back(i);
  }
  EXPECT_FALSE(GrowWithin(budget, values));
  EXPECT_EQ(values.size(), 64u) << "a refusal changes nothing";
  FreeWithin(budget, values);
  EXPECT_EQ(values.capacity(), 0u);
  EXPECT_TRUE(budget.Take(64 * sizeof(double)));
  EXPECT_FALSE(budget.Take(1));
}

}  // namespace
}  // namespace monsoon
