#include "tests/mock_engine/distribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/status/status.h"

namespace monsoon::mock_engine {
namespace {

using ::testing::HasSubstr;
using Unit = Distribution::Unit;

constexpr int64_t kMs = 1'000'000;

TEST(ParseDurationTest, KnowsEveryUnit) {
  EXPECT_EQ(*ParseDurationNs("7ns"), 7);
  EXPECT_EQ(*ParseDurationNs("20us"), 20'000);
  EXPECT_EQ(*ParseDurationNs("50ms"), 50 * kMs);
  EXPECT_EQ(*ParseDurationNs("1.5s"), 1500 * kMs);
  EXPECT_EQ(*ParseDurationNs("0ms"), 0);
}

TEST(ParseDurationTest, SaysWhatItWants) {
  for (const char* bad : {"", "50", "ms", "-1ms", "5 parsecs", "1e99s", "nans"}) {
    const absl::Status status = ParseDurationNs(bad).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(std::string(status.message()), HasSubstr("such as 50ms")) << bad;
  }
}

TEST(DistributionTest, ConstantHasTwoSpellings) {
  Random random(1);
  EXPECT_EQ(Distribution::Parse("50ms", Unit::kDuration)->Sample(3, random), 50 * kMs);
  EXPECT_EQ(Distribution::Parse("constant:50ms", Unit::kDuration)->Sample(9, random), 50 * kMs);
  EXPECT_EQ(Distribution::Parse("64", Unit::kCount)->Sample(0, random), 64);
}

TEST(DistributionTest, FileIsReadInOrderAndCycles) {
  const auto read = [](const std::string& path) -> absl::StatusOr<std::string> {
    EXPECT_EQ(path, "gaps.txt");
    return std::string("# gaps\n1ms\n\n 2ms \r\n3ms");
  };
  auto distribution = Distribution::Parse("file:gaps.txt", Unit::kDuration, read);
  ASSERT_TRUE(distribution.ok()) << distribution.status();
  Random random(1);
  for (const auto& [position, expected_ms] : {std::pair{0, 1}, {1, 2}, {2, 3}, {3, 1}, {301, 2}}) {
    EXPECT_EQ(distribution->Sample(position, random), expected_ms * kMs);
  }
}

TEST(DistributionTest, FileErrorsNameTheLine) {
  const auto read = [](const std::string&) -> absl::StatusOr<std::string> {
    return std::string("1ms\nfast\n");
  };
  EXPECT_THAT(std::string(Distribution::Parse("file:g", Unit::kDuration, read).status().message()),
              HasSubstr("g:2: 'fast' is not a duration"));
  EXPECT_EQ(Distribution::Parse("file:no/such/file", Unit::kDuration).status().code(),
            absl::StatusCode::kNotFound);
  const auto empty = [](const std::string&) -> absl::StatusOr<std::string> { return ""; };
  EXPECT_FALSE(Distribution::Parse("file:g", Unit::kDuration, empty).ok());
}

TEST(DistributionTest, LognormalHasItsMedianAndSigma) {
  auto distribution = Distribution::Parse("lognormal:median=50ms,sigma=0.3", Unit::kDuration);
  ASSERT_TRUE(distribution.ok()) << distribution.status();
  Random random(42);
  std::vector<double> logs;
  for (int i = 0; i < 20'000; ++i) {
    logs.push_back(std::log(static_cast<double>(distribution->Sample(i, random))));
  }
  std::sort(logs.begin(), logs.end());
  EXPECT_NEAR(std::exp(logs[10'000]) / kMs, 50.0, 1.0);
  // The quantiles at +-1 sigma of a normal distribution are 15.87 % and 84.13 %.
  EXPECT_NEAR((logs[16'827] - logs[3'173]) / 2, 0.3, 0.01);
}

TEST(DistributionTest, LognormalWantsBothParameters) {
  for (const char* bad : {"lognormal:", "lognormal:median=50ms", "lognormal:sigma=0.3",
                          "lognormal:median=50,sigma=0.3", "lognormal:median=50ms,sigma=-1",
                          "lognormal:median=50ms,sigma=0.3,mode=2"}) {
    EXPECT_FALSE(Distribution::Parse(bad, Unit::kDuration).ok()) << bad;
  }
}

TEST(RandomTest, RequestsAndPurposesAreIndependentButRepeatable) {
  EXPECT_EQ(Random::ForRequest(1, 7, Purpose::kTiming).Next(),
            Random::ForRequest(1, 7, Purpose::kTiming).Next());
  EXPECT_NE(Random::ForRequest(1, 7, Purpose::kTiming).Next(),
            Random::ForRequest(1, 8, Purpose::kTiming).Next());
  EXPECT_NE(Random::ForRequest(1, 7, Purpose::kTiming).Next(),
            Random::ForRequest(1, 7, Purpose::kFault).Next());
  EXPECT_NE(Random::ForRequest(1, 7, Purpose::kTiming).Next(),
            Random::ForRequest(2, 7, Purpose::kTiming).Next());
}

}  // namespace
}  // namespace monsoon::mock_engine
