#include "common/stats/log_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace monsoon {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

// Values over all magnitudes: a random number of random bits.
int64_t AnyValue(std::mt19937_64& random) {
  return static_cast<int64_t>(random() >> (1 + random() % 63));
}

TEST(LogHistogramTest, EmptyIsZero) {
  const LogHistogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.stddev(), 0);
  EXPECT_EQ(histogram.Quantile(0.5), 0);
}

TEST(LogHistogramTest, SmallValuesAreExact) {
  LogHistogram histogram;
  for (int64_t value = 1; value <= 200; ++value) histogram.Add(value);
  EXPECT_EQ(histogram.count(), 200);
  EXPECT_EQ(histogram.Quantile(0), 1);
  EXPECT_EQ(histogram.Quantile(0.5), 100);
  EXPECT_EQ(histogram.Quantile(0.99), 198);
  EXPECT_EQ(histogram.Quantile(1), 200);
  EXPECT_DOUBLE_EQ(histogram.mean(), 100.5);
  EXPECT_NEAR(histogram.stddev(), std::sqrt((200.0 * 200 - 1) / 12), 1e-9);
}

TEST(LogHistogramTest, NegativeCountsAsZeroAndTheLargestFits) {
  LogHistogram histogram;
  histogram.Add(-5);
  histogram.Add(kMax);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), kMax);
  EXPECT_EQ(histogram.Quantile(0.5), 0);
  EXPECT_EQ(histogram.Quantile(1), kMax);
}

TEST(LogHistogramTest, OneValueHasNoSpread) {
  for (const int64_t value : {int64_t{0}, int64_t{255}, int64_t{256}, int64_t{123'456'789}, kMax}) {
    LogHistogram histogram;
    histogram.Add(value);
    histogram.Add(value);
    EXPECT_EQ(histogram.Quantile(0.5), value);
    EXPECT_EQ(histogram.stddev(), 0);
  }
}

// Never below the true sample, and less than 1/128 above it.
TEST(LogHistogramTest, QuantileErrorIsBounded) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    std::mt19937_64 random(seed);
    LogHistogram histogram;
    std::vector<int64_t> values(1 + random() % 200);
    for (int64_t& value : values) {
      value = AnyValue(random);
      histogram.Add(value);
    }
    std::sort(values.begin(), values.end());
    EXPECT_EQ(histogram.min(), values.front());
    EXPECT_EQ(histogram.max(), values.back());
    for (const double p : {0.0, 0.01, 0.5, 0.9, 0.99, 1.0}) {
      const auto rank =
          static_cast<size_t>(std::max(1.0, std::ceil(p * static_cast<double>(values.size()))));
      const int64_t truth = values[rank - 1];
      const int64_t estimate = histogram.Quantile(p);
      EXPECT_GE(estimate, truth) << "seed " << seed << " p " << p;
      EXPECT_LE(static_cast<double>(estimate - truth), static_cast<double>(truth) / 128)
          << "seed " << seed << " p " << p;
    }
  }
}

TEST(LogHistogramTest, MergingPartsIsCountingTheWhole) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    std::mt19937_64 random(seed);
    LogHistogram whole;
    std::vector<LogHistogram> parts(1 + random() % 5);
    for (uint64_t n = random() % 500; n > 0; --n) {
      const int64_t value = AnyValue(random) >> 20;  // sums stay exact in a double
      whole.Add(value);
      parts[random() % parts.size()].Add(value);
    }
    LogHistogram merged;
    for (const LogHistogram& part : parts) merged.Merge(part);
    EXPECT_EQ(merged, whole) << "seed " << seed;
  }
}

TEST(LogHistogramTest, ClearedIsNew) {
  LogHistogram histogram;
  histogram.Add(5);
  histogram.Add(1'000'000);
  histogram.Clear();
  EXPECT_EQ(histogram, LogHistogram());
}

TEST(LogHistogramTest, SerialFormRoundTrips) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    LogHistogram histogram;
    for (uint64_t n = random() % 300; n > 0; --n) histogram.Add(AnyValue(random));
    const auto parsed = LogHistogram::Parse(histogram.Serialize());
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(*parsed, histogram) << "seed " << seed;
  }
}

// The form is on the wire and in databases that outlive this version.
TEST(LogHistogramTest, SerialFormIsFixed) {
  EXPECT_EQ(LogHistogram().Serialize(), "");
  LogHistogram histogram;
  histogram.Add(3);
  histogram.Add(3);
  histogram.Add(300);  // 256..511 in steps of 2: bucket 256 + 22
  // version, min, max (300 = 0xac 0x02), the double 306, then (3, 2 times), (275 further on, once).
  const std::string expected(
      "\x01\x03\xac\x02"
      "\x00\x00\x00\x00\x00\x20\x73\x40"
      "\x03\x02\x93\x02\x01",
      17);
  EXPECT_EQ(histogram.Serialize(), expected);
}

TEST(LogHistogramTest, DamagedBytesAreAnErrorNeverACrash) {
  LogHistogram histogram;
  for (int64_t value : {1, 500, 70'000, 1'000'000'000}) histogram.Add(value);
  const std::string good = histogram.Serialize();
  for (size_t length = 1; length < good.size(); ++length) {
    EXPECT_EQ(LogHistogram::Parse(good.substr(0, length)).status().code(),
              absl::StatusCode::kDataLoss)
        << length;
  }
  EXPECT_FALSE(LogHistogram::Parse(good + '\x01').ok());
  EXPECT_FALSE(LogHistogram::Parse("\x02" + good.substr(1)).ok()) << "another version";
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good;
    for (uint64_t n = 1 + random() % 3; n > 0; --n) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    const auto parsed = LogHistogram::Parse(bytes);
    if (!parsed.ok()) continue;
    EXPECT_EQ(parsed->Serialize().size(), bytes.size());
    EXPECT_LE(parsed->Quantile(0.5), parsed->max());
  }
}

}  // namespace
}  // namespace monsoon
