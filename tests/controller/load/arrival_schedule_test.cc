#include "controller/core/load/arrival_schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace monsoon {
namespace {

constexpr int64_t kS = 1'000'000'000;

ArrivalRate Rate(const char* text) { return *ParseArrivalRate(text); }

ArrivalSchedule Constant(const char* rate) { return {LoadLaw::kConstant, Rate(rate), 0, 0}; }

std::vector<int64_t> PoissonTimes(uint64_t seed, int32_t case_index, size_t count,
                                  const char* rate = "100/s") {
  ArrivalSchedule schedule(LoadLaw::kPoisson, Rate(rate), seed, case_index);
  std::vector<int64_t> times;
  for (size_t i = 0; i < count; ++i) times.push_back(schedule.At(i));
  return times;
}

TEST(ConstantArrivals, KnownAnswers) {
  EXPECT_EQ(Constant("100/s").At(0), 0);
  EXPECT_EQ(Constant("100/s").At(1), 10'000'000);
  EXPECT_EQ(Constant("30/min").At(3), 6 * kS);
  EXPECT_EQ(Constant("3/s").At(1), 333'333'333);
  EXPECT_EQ(Constant("3/s").At(2), 666'666'667) << "rounded to the nearest, not cut off";
}

TEST(ConstantArrivals, DoNotDriftOverABillionRequests) {
  EXPECT_EQ(Constant("3/s").At(3'000'000'000), 1'000'000'000 * kS);
  EXPECT_EQ(Constant("7/s").At(7'000'000'000), 1'000'000'000 * kS);
  EXPECT_EQ(Constant("1000000/s").At(1'000'000'000), 1000 * kS);
}

TEST(ConstantArrivals, ADurationHoldsWhatIsDueBeforeItsEnd) {
  EXPECT_EQ(Constant("100/s").CountWithin(0, 3 * kS, 1'000'000), 300u);
  EXPECT_EQ(Constant("100/s").CountWithin(0, 1, 1'000'000), 1u) << "the first is due at 0";
  EXPECT_EQ(Constant("3/s").CountWithin(0, kS + 1, 1'000'000), 4u) << "the fourth is due at 1 s";
  EXPECT_EQ(Constant("3/s").CountWithin(2, kS, 1'000'000), 3u) << "as many behind a warm-up";
  EXPECT_EQ(Constant("100/s").CountWithin(0, 3600 * kS, 1000), 1000u);
}

// The first draws by hand from the published SplitMix64 constants (an independent program made
// them); a change here changes every plan that was ever run.
TEST(PoissonArrivals, KnownAnswers) {
  EXPECT_EQ(PoissonTimes(0, 0, 4),
            (std::vector<int64_t>{19'753'741, 20'046'978, 32'854'333, 33'879'080}));
}

TEST(PoissonArrivals, DependOnSeedAndCaseOnly) {
  EXPECT_EQ(PoissonTimes(7, 2, 500), PoissonTimes(7, 2, 500));
  EXPECT_NE(PoissonTimes(7, 2, 5), PoissonTimes(8, 2, 5));
  EXPECT_NE(PoissonTimes(7, 2, 5), PoissonTimes(7, 3, 5));
}

TEST(PoissonArrivals, CanBeAskedInAnyOrder) {
  const std::vector<int64_t> times = PoissonTimes(1, 0, 100);
  ArrivalSchedule schedule(LoadLaw::kPoisson, Rate("100/s"), 1, 0);
  for (const size_t index : {50, 3, 99, 99, 0, 51}) EXPECT_EQ(schedule.At(index), times[index]);
}

TEST(PoissonArrivals, HaveExponentialGapsOfTheRightMean) {
  constexpr size_t kCount = 20'000;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<int64_t> times = PoissonTimes(seed, 0, kCount);
    std::vector<double> gaps;
    int64_t before = 0;
    for (const int64_t time : times) {
      ASSERT_GE(time, before);
      gaps.push_back(static_cast<double>(time - before) / 1e7);  // in mean gaps of 10 ms
      before = time;
    }
    double sum = 0;
    double squares = 0;
    for (const double gap : gaps) {
      sum += gap;
      squares += gap * gap;
    }
    const double mean = sum / kCount;
    // Five standard errors: 1/sqrt(n) of the mean, sqrt(8/n) of the variance.
    EXPECT_NEAR(mean, 1, 5 / std::sqrt(kCount)) << seed;
    EXPECT_NEAR(squares / kCount - mean * mean, 1, 5 * std::sqrt(8.0 / kCount)) << seed;
    // Kolmogorov-Smirnov against 1 - exp(-x); 1.95 / sqrt(n) is passed by chance once in 1000.
    std::sort(gaps.begin(), gaps.end());
    double distance = 0;
    for (size_t i = 0; i < kCount; ++i) {
      const double expected = 1 - std::exp(-gaps[i]);
      distance = std::max({distance, std::abs(expected - static_cast<double>(i) / kCount),
                           std::abs(expected - static_cast<double>(i + 1) / kCount)});
    }
    EXPECT_LT(distance, 1.95 / std::sqrt(kCount)) << seed;
  }
}

TEST(PoissonArrivals, ADurationHoldsTheRequestsDueWithinIt) {
  const std::vector<int64_t> times = PoissonTimes(3, 0, 2000);
  ArrivalSchedule schedule(LoadLaw::kPoisson, Rate("100/s"), 3, 0);
  const uint64_t count = schedule.CountWithin(0, 10 * kS, 1'000'000);
  EXPECT_LT(times[count - 1], 10 * kS);
  EXPECT_GE(times[count], 10 * kS);
  EXPECT_EQ(schedule.MeasureStartNs(5), times[4]);
  const uint64_t behind = schedule.CountWithin(5, 10 * kS, 1'000'000);
  EXPECT_LT(times[5 + behind - 1], times[4] + 10 * kS);
  EXPECT_GE(times[5 + behind], times[4] + 10 * kS);
}

}  // namespace
}  // namespace monsoon
