#include "controller/core/hub/transfer_progress.h"

#include <gtest/gtest.h>

#include "common/time/clock.h"

namespace monsoon {
namespace {

TEST(SizeText, HasThreeDigitsAtMost) {
  EXPECT_EQ(SizeText(0), "0 bytes");
  EXPECT_EQ(SizeText(1), "1 byte");
  EXPECT_EQ(SizeText(999), "999 bytes");
  EXPECT_EQ(SizeText(1000), "1.0 kB");
  EXPECT_EQ(SizeText(9'940), "9.9 kB");
  EXPECT_EQ(SizeText(9'960), "10 kB");
  EXPECT_EQ(SizeText(6'529'129), "6.5 MB");
  EXPECT_EQ(SizeText(498'000'000), "498 MB");
  EXPECT_EQ(SizeText(999'600'000), "1.0 GB");
}

TEST(RateMeter, IsTheMeanOfTheLastTenSeconds) {
  RateMeter meter;
  EXPECT_EQ(meter.BytesPerS(), std::nullopt);
  meter.Add(0, 0);
  meter.Add(400 * kNsPerMs, 1000);
  EXPECT_EQ(meter.BytesPerS(), std::nullopt);
  meter.Add(kNsPerS, 1000);
  EXPECT_DOUBLE_EQ(meter.BytesPerS().value(), 1000);
  // 100 bytes/s from here on; after ten seconds the beginning is forgotten.
  for (int s = 2; s <= 20; ++s) meter.Add(s * kNsPerS, 1000 + 100 * (s - 1));
  EXPECT_DOUBLE_EQ(meter.BytesPerS().value(), 100);
}

TEST(ProgressText, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(ProgressText("a.jsonl", 3'100'000, 6'200'000, 1'000'000.0),
            "a.jsonl: 3.1 MB of 6.2 MB (50%), 1.0 MB/s, 4 s left");
  EXPECT_EQ(ProgressText("a", 10, std::nullopt, std::nullopt), "a: 10 bytes");
  EXPECT_EQ(ProgressText("a", 10, 20, std::nullopt), "a: 10 bytes of 20 bytes (50%)");
  EXPECT_EQ(ProgressText("a", 0, 0, std::nullopt), "a: 0 bytes of 0 bytes");
  EXPECT_EQ(ProgressText("a", 0, 90'000, 1000.0),
            "a: 0 bytes of 90 kB (0%), 1.0 kB/s, 1 min 30 s left");
  EXPECT_EQ(ProgressText("a", 0, 7'320'000, 1000.0),
            "a: 0 bytes of 7.3 MB (0%), 1.0 kB/s, 2 h 02 min left");
}

}  // namespace
}  // namespace monsoon
