#include "controller/core/calibrate/calibration_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/controller/calibrate/sample_calibration.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(CalibrationText, ShowsMachineStepsFloorAndCapacity) {
  const std::string text = RenderCalibrationText(SampleCalibration());
  EXPECT_THAT(text, HasSubstr("load1: 8 cores, Some CPU @ 3 GHz, Linux 6.1.0-18-amd64; agent 0.1.0 "
                              "with 2 load threads; 100.0 tokens/s per stream."));
  // streams, events/s, errors, lags, CPU, busy, lateness.
  EXPECT_THAT(text, ::testing::ContainsRegex("1 +125\\.0 +0\\.060 +0\\.210 +0\\.900 +0\\.010 "
                                             "+0\\.040 +31\\.50 +2% +0\\.100  VALID\n"));
  EXPECT_THAT(text, ::testing::ContainsRegex("4000 .*void: the null engine was late\n"));
  EXPECT_THAT(text, HasSubstr("timing error p50 0.000060 s, p99 0.000210 s, max 0.000900 s (1 "
                              "stream)"));
}

TEST(CalibrationText, SaysWhoWasTheLimit) {
  Calibration calibration = SampleCalibration();
  EXPECT_THAT(RenderCalibrationText(calibration), HasSubstr("the null engine was the limit, not"));
  calibration.capacity.limit = CapacityLimit::kAgent;
  const std::string by_agent = RenderCalibrationText(calibration);
  EXPECT_THAT(by_agent, HasSubstr("125.0 events/s; above that the agent was the limit"));
  EXPECT_THAT(by_agent, Not(HasSubstr("at least")));
  calibration.capacity.limit = CapacityLimit::kLadder;
  EXPECT_THAT(RenderCalibrationText(calibration), HasSubstr("; more was not tried"));
  calibration.capacity = {0, 0, CapacityLimit::kAgent};
  EXPECT_THAT(RenderCalibrationText(calibration), HasSubstr("no load gave a VALID verdict"));
}

TEST(CalibrationText, RatesHaveATableAndACapacity) {
  Calibration calibration = SampleCalibration();
  const std::string text = RenderCalibrationText(calibration);
  EXPECT_THAT(text, ::testing::ContainsRegex("1000 +0\\.030 +0\\.060 +0\\.210 +0\\.900 "));
  EXPECT_THAT(text, HasSubstr("requests/s of one token; above that the agent was the limit"));
  EXPECT_THAT(StepLine(calibration.steps[2]), HasSubstr("1000 requests/s: "));
  calibration.rate_capacity.reset();
  EXPECT_THAT(RenderCalibrationText(calibration), Not(HasSubstr("requests/s")));
}

TEST(CalibrationText, AStepLineHasItsJudgement) {
  const Calibration calibration = SampleCalibration();
  EXPECT_EQ(StepLine(calibration.steps[0]),
            "1 stream: 125.0 events/s, timing error p50 0.060 ms, p99 0.210 ms, 31.50 us of CPU "
            "per event, VALID");
  EXPECT_THAT(StepLine(calibration.steps[1]), HasSubstr("void: the null engine was late"));
}

}  // namespace
}  // namespace monsoon
