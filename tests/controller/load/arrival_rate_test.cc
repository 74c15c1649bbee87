#include "controller/core/load/arrival_rate.h"

#include <gtest/gtest.h>

#include "controller/core/load/load_spec.h"

namespace monsoon {
namespace {

TEST(ArrivalRate, IsExactAsWritten) {
  EXPECT_EQ(ParseArrivalRate("100/s")->micro_per_min, 6'000'000'000);
  EXPECT_EQ(ParseArrivalRate("0.1/s")->micro_per_min, 6'000'000);
  EXPECT_EQ(ParseArrivalRate("33.3/s")->micro_per_min, 1'998'000'000);
  EXPECT_EQ(ParseArrivalRate("30/min")->micro_per_min, 30'000'000);
  EXPECT_DOUBLE_EQ(ParseArrivalRate("90/min")->per_s(), 1.5);
}

TEST(ArrivalRate, RefusesWhatIsNoRate) {
  for (const char* const text : {"", "100", "/s", "100/", "100/h", "100/ s", "1e/s", "-1/s", "0/s",
                                 "0.0001/s", "1000001/s", "inf/s", "nan/s", "1/s/s"}) {
    EXPECT_FALSE(ParseArrivalRate(text).ok()) << text;
  }
  EXPECT_TRUE(ParseArrivalRate("1000000/s").ok());
  EXPECT_TRUE(ParseArrivalRate("0.001/s").ok());
}

TEST(ArrivalRate, ReadsBackWhatItWrites) {
  for (const char* const text : {"100/s", "2.5/s", "0.001/s", "1000000/s", "33.333/s", "7/min",
                                 "100/min", "0.5/s", "123456.789/s"}) {
    const ArrivalRate rate = *ParseArrivalRate(text);
    EXPECT_EQ(*ParseArrivalRate(FormatArrivalRate(rate)), rate) << FormatArrivalRate(rate);
  }
  EXPECT_EQ(FormatArrivalRate(*ParseArrivalRate("100.0/s")), "100/s");
  EXPECT_EQ(FormatArrivalRate(*ParseArrivalRate("30/min")), "0.5/s");
  EXPECT_EQ(FormatArrivalRate(*ParseArrivalRate("7/min")), "7/min");
}

TEST(LoadSpec, NamesItself) {
  LoadSpec load{.law = LoadLaw::kConstant, .rate = *ParseArrivalRate("100/s")};
  EXPECT_EQ(LoadLabel(load, 0), "r100");
  EXPECT_EQ(LoadSentence(load, 0), "100/s, constant rate");
  load = {.law = LoadLaw::kPoisson, .rate = *ParseArrivalRate("7/min")};
  EXPECT_EQ(LoadLabel(load, 0), "p7m");
  EXPECT_EQ(LoadLabel({}, 8), "c8");
  EXPECT_EQ(LoadSentence({}, 1), "1 request in flight");
}

}  // namespace
}  // namespace monsoon
