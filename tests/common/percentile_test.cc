#include "common/stats/percentile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace monsoon {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

TEST(PercentileTest, LinearInterpolationByHand) {
  std::vector<double> samples = {40, 10, 30, 20};
  // Positions 0, 0.75, 1.5, 2.7, 3 of 10 20 30 40.
  const std::vector<double> fractions = {0, 0.25, 0.5, 0.9, 1};
  EXPECT_THAT(PercentilesOf(samples, fractions),
              ElementsAre(DoubleEq(10), DoubleEq(17.5), DoubleEq(25), DoubleEq(37), DoubleEq(40)));
}

TEST(PercentileTest, OneSampleIsEveryPercentile) {
  std::vector<double> samples = {7};
  for (const double p : {0.0, 0.5, 0.999, 1.0}) EXPECT_EQ(PercentileOf(samples, p), 7);
}

TEST(PercentileTest, AgreesWithSortingForAnySamples) {
  const std::vector<double> fractions = {0, 0.001, 0.5, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1};
  for (uint64_t seed = 0; seed < 400; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<double> samples(1 + random() % 300);
    // Few distinct values in some rounds: equal samples are where selection goes wrong.
    const uint64_t distinct = seed % 3 == 0 ? 5 : 1'000'000;
    for (double& sample : samples) sample = static_cast<double>(random() % distinct) / 1e6;
    std::vector<double> sorted = samples;
    std::sort(sorted.begin(), sorted.end());
    const std::vector<double> values = PercentilesOf(samples, fractions);
    for (size_t i = 0; i < fractions.size(); ++i) {
      const double position = fractions[i] * static_cast<double>(sorted.size() - 1);
      const auto low = static_cast<size_t>(std::floor(position));
      const size_t high = std::min(low + 1, sorted.size() - 1);
      const double expected =
          sorted[low] + (sorted[high] - sorted[low]) * (position - static_cast<double>(low));
      EXPECT_DOUBLE_EQ(values[i], expected) << "seed " << seed << ", p " << fractions[i];
    }
    std::sort(samples.begin(), samples.end());
    EXPECT_EQ(samples, sorted) << "samples may be reordered, not changed";
  }
}

}  // namespace
}  // namespace monsoon
