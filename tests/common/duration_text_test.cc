#include "common/time/duration_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "common/time/clock.h"

namespace monsoon {
namespace {

TEST(DurationTextTest, EveryUnit) {
  EXPECT_EQ(*ParseDurationNs("7ns"), 7);
  EXPECT_EQ(*ParseDurationNs("7us"), 7'000);
  EXPECT_EQ(*ParseDurationNs("250ms"), 250 * kNsPerMs);
  EXPECT_EQ(*ParseDurationNs("30s"), 30 * kNsPerS);
  EXPECT_EQ(*ParseDurationNs("5m"), 300 * kNsPerS);
  EXPECT_EQ(*ParseDurationNs("1.5h"), 5400 * kNsPerS);
  EXPECT_EQ(*ParseDurationNs("0"), 0);
  EXPECT_EQ(*ParseDurationNs("0s"), 0);
}

TEST(DurationTextTest, ErrorsSayWhatWasExpected) {
  for (const char* const text :
       {"", "5", "s", "-1s", "5 s", "5sec", "1e400s", "nan", "infs", "10000000h", "5s ", "0x5s"}) {
    const auto duration = ParseDurationNs(text);
    ASSERT_FALSE(duration.ok()) << text;
    EXPECT_EQ(duration.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(duration.status().message().find("such as 30s"), std::string::npos);
    EXPECT_NE(duration.status().message().find(text), std::string::npos);
  }
}

TEST(DurationTextTest, FormatsInTheUnitThatReadsBest) {
  EXPECT_EQ(FormatDurationNs(0), "0s");
  EXPECT_EQ(FormatDurationNs(1), "1ns");
  EXPECT_EQ(FormatDurationNs(1'500), "1.5us");
  EXPECT_EQ(FormatDurationNs(250 * kNsPerMs), "250ms");
  EXPECT_EQ(FormatDurationNs(1'500 * kNsPerMs), "1.5s");
  EXPECT_EQ(FormatDurationNs(90 * kNsPerS), "90s");
  EXPECT_EQ(FormatDurationNs(300 * kNsPerS), "5m");
  EXPECT_EQ(FormatDurationNs(7200 * kNsPerS), "2h");
}

// To the nanosecond below 10^15 ns (eleven days), where fifteen digits hold them all.
TEST(DurationTextTest, WhatIsFormattedReadsBack) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 3000; ++i) {
    const auto duration_ns =
        static_cast<int64_t>((random() >> (random() % 50)) % 1'000'000'000'000'000);
    const std::string text = FormatDurationNs(duration_ns);
    const auto back = ParseDurationNs(text);
    ASSERT_TRUE(back.ok()) << text << " " << back.status();
    EXPECT_EQ(*back, duration_ns) << text;
  }
}

TEST(DurationTextTest, Utc) {
  EXPECT_EQ(FormatUtc(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatUtc(1'795'357'988 * kNsPerS), "2026-11-22T14:33:08Z");
  EXPECT_EQ(FormatUtc(1'795'357'988 * kNsPerS + 999'999'999), "2026-11-22T14:33:08Z");
  EXPECT_EQ(FormatUtc(1'795'357'988 * kNsPerS, /*compact=*/true), "20261122T143308Z");
}

}  // namespace
}  // namespace monsoon
