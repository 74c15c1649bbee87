#include "controller/core/calibrate/step_measure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/time/clock.h"
#include "tests/controller/report/sample_run.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kMs = kNsPerMs;
const StepSpec kSpec{.streams = 4, .tokens_per_s = 100, .seconds = 1};

CaseReport Report() {
  CaseReport report;
  report.verdict = {VerdictKind::kInvalid, {"Too busy."}};
  report.client.cpu_utilisation_max = 0.5;
  report.client.loop_lag_s.count = 9;
  report.client.loop_lag_s.p50 = 0.001;
  report.client.loop_lag_s.p99 = 0.002;
  report.facts.agents.resize(1);
  report.facts.agents[0].cpu_seconds = 0.0009;
  return report;
}

// Dispatched at 0, sent 50 us later, first token at `ttft_ns`; 3 tokens 10 ms apart.
RequestRecord Record(int64_t ttft_ns) { return StreamedRecord(0, 0, ttft_ns, 10 * kMs, 3); }

TEST(StepMeasure, TheErrorIsMeasuredTtftMinusTheEngines) {
  // Sent to first token: 59.95 ms. The engine says 59.85, 59.75, 60.05: 0.1, 0.2 and 0.1 ms off.
  TruthLog truth = {
      {"a", {59'850'000, 10'000}}, {"b", {59'750'000, 20'000}}, {"c", {60'050'000, -5'000}}};
  StepMeasure measure(truth);
  for (const char* const id : {"a", "b", "c"}) measure.Add(id, Record(60 * kMs));
  const absl::StatusOr<CalibrationStep> step = measure.Finish(kSpec, Report());
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(step->requests, 3);
  EXPECT_NEAR(step->ttft_error.p50_s, 0.0001, 1e-12);
  EXPECT_NEAR(step->ttft_error.p99_s, 0.0001 + 0.98 * 0.0001, 1e-12);
  EXPECT_NEAR(step->ttft_error.max_s, 0.0002, 1e-12);
  EXPECT_NEAR(step->engine_late_p99_s, 0.00001 + 0.98 * 0.00001, 1e-12);
  EXPECT_FALSE(step->is_void);
  // Nine events; from 0 to 80.2 ms.
  EXPECT_NEAR(step->events_per_s, 9 / 0.0802, 1e-6);
  EXPECT_NEAR(*step->cpu_us_per_event, 100, 1e-9);
  EXPECT_EQ(step->streams, 4);
  EXPECT_EQ(step->loop_lag_p99_s, 0.002);
  EXPECT_EQ(step->busy_share_max, 0.5);
  EXPECT_EQ(step->verdict, "INVALID");
  EXPECT_EQ(step->reasons, std::vector<std::string>{"Too busy."});
}

TEST(StepMeasure, WarmUpAndFailuresAreCpuButNoError) {
  TruthLog truth = {{"warm", {1, 0}}, {"failed", {1, 0}}, {"good", {59'950'000, 0}}};
  StepMeasure measure(truth);
  RequestRecord warm = Record(60 * kMs);
  warm.phase = Phase::kWarmup;
  RequestRecord failed = Record(60 * kMs);
  failed.status = RequestStatus::kFailed;
  measure.Add("warm", warm);
  measure.Add("failed", failed);
  measure.Add("good", Record(60 * kMs));
  measure.Add("unknown to the engine", Record(60 * kMs));
  const absl::StatusOr<CalibrationStep> step = measure.Finish(kSpec, Report());
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(step->requests, 1);
  EXPECT_EQ(step->ttft_error.max_s, 0);
  EXPECT_NEAR(*step->cpu_us_per_event, 900.0 / 12, 1e-9);
}

TEST(StepMeasure, ALateEngineMakesTheStepVoid) {
  TruthLog truth = {{"a", {59'950'000, 1 * kMs}}};
  StepMeasure on_the_limit(truth);
  on_the_limit.Add("a", Record(60 * kMs));
  EXPECT_FALSE(on_the_limit.Finish(kSpec, Report())->is_void);
  truth["a"].lateness_ns = 1 * kMs + 1;
  StepMeasure over_it(truth);
  over_it.Add("a", Record(60 * kMs));
  EXPECT_TRUE(over_it.Finish(kSpec, Report())->is_void);
}

TEST(StepMeasure, AnOpenLoopHasARateAndNoStreams) {
  TruthLog truth = {{"a", {59'950'000, 0}}};
  CaseReport report = Report();
  report.lateness_s.count = 1;
  report.lateness_s.p99 = 0.00002;
  StepMeasure measure(truth);
  measure.Add("a", Record(60 * kMs));
  const absl::StatusOr<CalibrationStep> step = measure.Finish({.requests_per_s = 500}, report);
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(step->requests_per_s, 500);
  EXPECT_EQ(step->streams, 0);
  EXPECT_EQ(step->lateness_p99_s, 0.00002);
}

TEST(StepMeasure, NothingToCompareIsAnErrorWithTheVerdictsReasons) {
  const TruthLog truth;
  StepMeasure measure(truth);
  measure.Add("a", Record(60 * kMs));
  const absl::Status status = measure.Finish(kSpec, Report()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("4 streams"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("Too busy."));
}

}  // namespace
}  // namespace monsoon
