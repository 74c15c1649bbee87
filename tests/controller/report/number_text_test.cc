#include "controller/core/report/number_text.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(NumberTextTest, SecondsHaveFourDigitsAndNoExponent) {
  EXPECT_EQ(SecondsText(0.0), "0");
  EXPECT_EQ(SecondsText(0.0000124), "0.000012");
  EXPECT_EQ(SecondsText(0.000999), "0.000999");
  EXPECT_EQ(SecondsText(0.052314), "0.05231");
  EXPECT_EQ(SecondsText(0.5), "0.5000");
  EXPECT_EQ(SecondsText(1.23456), "1.235");
  EXPECT_EQ(SecondsText(123.456), "123.5");
  EXPECT_EQ(SecondsText(12345.6), "12346");
  EXPECT_EQ(SecondsText(-0.00123), "-0.001230");
  EXPECT_EQ(SecondsText(std::optional<double>()), "\u2013");
  EXPECT_EQ(SecondsWithUnit(1.0), "1.000 s");
  EXPECT_EQ(SecondsWithUnit(std::nullopt), "\u2013");
}

TEST(NumberTextTest, Rates) {
  EXPECT_EQ(RateText(0.0), "0");
  EXPECT_EQ(RateText(0.08214), "0.0821");
  EXPECT_EQ(RateText(7.1144), "7.114");
  EXPECT_EQ(RateText(1279.3), "1279");
  EXPECT_EQ(RateText(0.99998), "1.000") << "digits are counted after rounding";
  EXPECT_EQ(RateText(1234567.0), "1234567");
  EXPECT_EQ(RateText(std::nullopt), "\u2013");
}

TEST(NumberTextTest, Percents) {
  EXPECT_EQ(PercentText(0), "0%");
  EXPECT_EQ(PercentText(0.02), "2%");
  EXPECT_EQ(PercentText(0.9), "90%");
  EXPECT_EQ(PercentText(1), "100%");
  EXPECT_EQ(PercentText(0.0345), "3.45%");
  EXPECT_EQ(PercentText(0.0001), "0.01%");
  EXPECT_EQ(PercentText(0.00009), "<0.01%");
}

TEST(NumberTextTest, CountsAreGroupedByThree) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1000), "1\u00a0000");
  EXPECT_EQ(CountText(12345678), "12\u00a0345\u00a0678");
  EXPECT_EQ(CountText(-123), "-123");
  EXPECT_EQ(CountText(-1234), "-1\u00a0234");
}

}  // namespace
}  // namespace monsoon
