#include "common/stats/distribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace monsoon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(DistributionTest, ByHand) {
  std::vector<double> samples = {2, 4, 4, 4, 5, 5, 7, 9};
  const Distribution distribution = DescribeSamples(samples, 8);
  EXPECT_EQ(distribution.count, 8);
  EXPECT_DOUBLE_EQ(distribution.mean, 5);
  EXPECT_DOUBLE_EQ(distribution.stddev, 2) << "population: divided by 8, not by 7";
  EXPECT_DOUBLE_EQ(distribution.min, 2);
  EXPECT_DOUBLE_EQ(distribution.p50, 4.5);
  EXPECT_DOUBLE_EQ(distribution.p75, 5.5);
  EXPECT_DOUBLE_EQ(distribution.p90, 7.6);
  EXPECT_DOUBLE_EQ(distribution.max, 9);
}

TEST(DistributionTest, NoSamples) {
  const Distribution distribution = DescribeSamples({}, 0);
  EXPECT_EQ(distribution.count, 0);
  EXPECT_THAT(distribution.insufficient, ElementsAre("p90", "p95", "p99", "p999"));
}

TEST(DistributionTest, StddevKeepsItsDigitsFarFromZero) {
  // The textbook formula (mean of squares less square of mean) gives 0 or NaN here.
  std::vector<double> samples;
  for (int i = 0; i < 1000; ++i) samples.push_back(1e9 + (i % 2 == 0 ? 0.25 : -0.25));
  const Distribution distribution = DescribeSamples(samples, 1000);
  EXPECT_DOUBLE_EQ(distribution.mean, 1e9);
  EXPECT_DOUBLE_EQ(distribution.stddev, 0.25);
}

TEST(DistributionTest, SumDoesNotLoseSmallSamples) {
  std::vector<double> samples(100'000, 1e-9);
  samples.front() = 1e9;
  EXPECT_DOUBLE_EQ(DescribeSamples(samples, 1).mean, (1e9 + 99'999 * 1e-9) / 100'000);
}

TEST(DistributionTest, NeedsAreWherePToTheNPassesOnePercent) {
  const std::vector<double> fractions = {0.9, 0.95, 0.99, 0.999};
  for (size_t i = 0; i < kPercentileNeeds.size(); ++i) {
    const auto need = static_cast<double>(kPercentileNeeds[i].requests);
    EXPECT_LE(std::pow(fractions[i], need), 0.01) << kPercentileNeeds[i].name;
    EXPECT_GT(std::pow(fractions[i], need - 1), 0.01) << kPercentileNeeds[i].name;
  }
}

TEST(DistributionTest, InsufficientGoesByRequestsNotSamples) {
  std::vector<double> samples(10'000, 1.0);
  const auto insufficient = [&samples](int64_t requests) {
    return DescribeSamples(samples, requests).insufficient;
  };
  EXPECT_THAT(insufficient(43), ElementsAre("p90", "p95", "p99", "p999"));
  EXPECT_THAT(insufficient(44), ElementsAre("p95", "p99", "p999"));
  EXPECT_THAT(insufficient(89), ElementsAre("p95", "p99", "p999"));
  EXPECT_THAT(insufficient(90), ElementsAre("p99", "p999"));
  EXPECT_THAT(insufficient(458), ElementsAre("p99", "p999"));
  EXPECT_THAT(insufficient(459), ElementsAre("p999"));
  EXPECT_THAT(insufficient(4602), ElementsAre("p999"));
  EXPECT_THAT(insufficient(4603), IsEmpty());
  EXPECT_TRUE(DescribeSamples(samples, 458).is_insufficient("p99"));
  EXPECT_FALSE(DescribeSamples(samples, 459).is_insufficient("p99"));
}

TEST(DistributionTest, HistogramInSeconds) {
  LogHistogram histogram;
  for (int i = 0; i < 99; ++i) histogram.Add(100);
  histogram.Add(1'000'000'000);
  const Distribution distribution = DescribeHistogramNs(histogram, 100);
  EXPECT_EQ(distribution.count, 100);
  EXPECT_DOUBLE_EQ(distribution.min, 1e-7);
  EXPECT_DOUBLE_EQ(distribution.p99, 1e-7);
  EXPECT_DOUBLE_EQ(distribution.p999, 1);
  EXPECT_DOUBLE_EQ(distribution.max, 1);
  EXPECT_DOUBLE_EQ(distribution.mean, (99e-7 + 1) / 100);
}

}  // namespace
}  // namespace monsoon
