// What the error bound is made of: three lags, and the floor of a calibration, which also warns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/time/clock.h"
#include "controller/core/report/case_accumulator.h"
#include "controller/core/report/case_html.h"
#include "controller/core/report/case_text.h"
#include "tests/controller/calibrate/sample_calibration.h"
#include "tests/controller/report/sample_run.h"

namespace monsoon {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// One agent, as the sample calibration knows it, whose every read was `lag_ns` late; one request.
CaseReport Report(const std::optional<Calibration>& calibration, int64_t lag_ns = 100'000) {
  CaseFacts facts;
  facts.planned = 1;
  facts.spec.concurrency = 1;
  facts.calibration = calibration;
  AgentFacts agent;
  agent.name = "embedded";
  agent.hostname = "load1";
  agent.version = "0.1.0";
  agent.load_threads = 2;
  agent.concurrency = 1;
  agent.loop_lag_ns.Add(lag_ns);
  facts.agents.push_back(agent);
  CaseAccumulator accumulator(facts);
  RequestRecord record = StreamedRecord(0, 0, 50 * kNsPerMs, 10 * kNsPerMs, 3);
  record.first_token_lag_ns = lag_ns;
  accumulator.Add(record);
  EXPECT_TRUE(accumulator.EndPass());
  return accumulator.Finish();
}

// The warnings about calibrations among those of a case whose agent is `change`d.
template <typename Change>
std::vector<std::string> Warnings(Change change) {
  CaseReport report = Report(SampleCalibration());
  CaseFacts facts = report.facts;
  change(facts.agents[0]);
  CaseAccumulator accumulator(facts);
  accumulator.Add(StreamedRecord(0, 0, 50 * kNsPerMs, 10 * kNsPerMs, 3));
  EXPECT_TRUE(accumulator.EndPass());
  std::vector<std::string> found;
  for (const std::string& warning : accumulator.Finish().warnings) {
    if (warning.find("calibration") != std::string::npos) found.push_back(warning);
  }
  return found;
}

CaseReport ReportOf(const CaseFacts& facts) {
  CaseAccumulator accumulator(facts);
  RequestRecord record = StreamedRecord(0, 0, 50 * kNsPerMs, 10 * kNsPerMs, 3);
  record.first_token_lag_ns = 15'000;
  accumulator.Add(record);
  EXPECT_TRUE(accumulator.EndPass());
  return accumulator.Finish();
}

TEST(ErrorBoundTest, IsTheLagOfFirstTokens) {
  CaseFacts facts = Report(std::nullopt, 10'000).facts;
  facts.agents[0].loop_lag_ns.Add(1 << 22);
  CaseReport report = ReportOf(facts);
  EXPECT_DOUBLE_EQ(*report.client.error_bound_p50_s, 15e-6);
  EXPECT_DOUBLE_EQ(*report.client.error_bound_p99_s, 15e-6);
  EXPECT_EQ(report.verdict.kind, VerdictKind::kValid);
  EXPECT_THAT(report.warnings, testing::Contains(HasSubstr("of all reads may have come over")));
  // Said where the number stands, and nowhere else.
  const std::string caution = "may be the client&#39;s own by 0.004";
  const std::string page = RenderCaseHtml(report);
  const size_t itl = page.find("Inter-token latency");
  ASSERT_NE(itl, page.npos);
  EXPECT_THAT(page.substr(itl, page.find("</th>", itl) - itl), HasSubstr(caution));
  facts.agents[0].loop_lag_ns.Clear();
  EXPECT_THAT(RenderCaseHtml(ReportOf(facts)), Not(HasSubstr(caution)));
  EXPECT_FALSE(ReportOf(facts).client.error_bound_p50_s) << "an agent that measured nothing";
}

TEST(ErrorBoundTest, WithoutFirstTokensItIsTheLagOfAllReadsByEitherWitness) {
  CaseFacts facts = Report(std::nullopt, 10'000).facts;
  const auto bound = [&facts] {
    CaseAccumulator accumulator(facts);
    RequestRecord record = StreamedRecord(0, 0, 50 * kNsPerMs, 10 * kNsPerMs, 3);
    record.flags |= kFlagNotStreamed;
    record.first_token_ns = record.first_token_lag_ns = kNever;
    accumulator.Add(record);
    EXPECT_TRUE(accumulator.EndPass());
    return *accumulator.Finish().client.error_bound_p99_s;
  };
  EXPECT_DOUBLE_EQ(bound(), 10e-6);
  facts.agents[0].kernel_lag_ns.Add(1 << 20);
  EXPECT_NEAR(bound(), 1.05e-3, 1e-5) << "the kernel's";
  facts.agents[0].loop_lag_ns.Add(1 << 22);
  EXPECT_NEAR(bound(), 4.2e-3, 4e-5) << "the loop's";
}

TEST(CalibratedBoundTest, TheFloorIsAddedAtEachPercentile) {
  const CaseReport plain = Report(std::nullopt);
  const CaseReport report = Report(SampleCalibration());
  EXPECT_DOUBLE_EQ(*report.client.lag_bound_p50_s, *plain.client.error_bound_p50_s);
  EXPECT_DOUBLE_EQ(*report.client.lag_bound_p99_s, *plain.client.error_bound_p99_s);
  EXPECT_DOUBLE_EQ(*report.client.error_bound_p50_s, *plain.client.error_bound_p50_s + 0.00006);
  EXPECT_DOUBLE_EQ(*report.client.error_bound_p99_s, *plain.client.error_bound_p99_s + 0.00021);
}

TEST(CalibratedBoundTest, WithoutACalibrationTheBoundIsTheLag) {
  const CaseReport report = Report(std::nullopt);
  EXPECT_EQ(report.client.lag_bound_p99_s, report.client.error_bound_p99_s);
  EXPECT_EQ(BoundPartsText(report), "");
}

TEST(CalibratedBoundTest, AnUnmeasuredLagStaysUnknown) {
  CaseFacts facts = Report(SampleCalibration()).facts;
  facts.agents[0].loop_lag_ns.Clear();
  CaseAccumulator accumulator(facts);
  EXPECT_TRUE(accumulator.EndPass());
  const CaseReport report = accumulator.Finish();
  EXPECT_EQ(report.client.error_bound_p99_s, std::nullopt);
}

TEST(CalibratedBoundTest, TheVerdictIsAboutTheWholeBound) {
  // The limit is 1 ms: 0.9 ms of lag alone pass, with a floor of 0.21 ms they do not.
  EXPECT_EQ(Report(std::nullopt, 900'000).verdict.kind, VerdictKind::kValid);
  const Verdict verdict = Report(SampleCalibration(), 900'000).verdict;
  EXPECT_EQ(verdict.kind, VerdictKind::kInvalid);
  EXPECT_THAT(verdict.reasons, ElementsAre(AllOf(HasSubstr("error bound p99 was 0.0011"),
                                                 HasSubstr("calibrated floor"))));
}

TEST(CalibratedBoundTest, BothPartsAreInTheText) {
  EXPECT_EQ(
      BoundPartsText(Report(SampleCalibration())),
      ", of which read late p50 0.000100 s, p99 0.000100 s, and calibrated floor p50 0.000060 "
      "s, p99 0.000210 s (load1, 2026-11-22T14:33:08Z)");
}

TEST(CalibratedBoundTest, TheMachineThatWasCalibratedGivesNoWarning) {
  EXPECT_THAT(Warnings([](AgentFacts&) {}), IsEmpty());
}

TEST(CalibratedBoundTest, AnotherMachineIsNamed) {
  EXPECT_THAT(Warnings([](AgentFacts& agent) { agent.hostname = "load2"; }),
              ElementsAre(AllOf(HasSubstr("embedded runs on load2"), Not(HasSubstr("is of")))));
  EXPECT_THAT(Warnings([](AgentFacts& agent) { agent.version = "0.2.0"; }),
              ElementsAre(HasSubstr("embedded is of version 0.2.0")));
  EXPECT_THAT(Warnings([](AgentFacts& agent) { agent.load_threads = 8; }),
              ElementsAre(HasSubstr("embedded has 8 load threads")));
}

TEST(CalibratedBoundTest, MoreStreamsThanTheCapacityIsSaid) {
  EXPECT_THAT(Warnings([](AgentFacts& agent) { agent.concurrency = 2; }),
              ElementsAre(HasSubstr("An agent had 2 streams, more than the calibration found VALID "
                                    "(1 of 100.0 tokens/s each)")));
}

TEST(CalibratedBoundTest, AHigherRateThanTheCapacityIsSaid) {
  CaseFacts facts = Report(SampleCalibration()).facts;
  facts.spec.concurrency = 0;
  facts.spec.load.law = LoadLaw::kConstant;
  facts.spec.load.rate.micro_per_min = 1000 * int64_t{60'000'000};
  facts.agents[0].concurrency = 10'000;
  const auto mentions = [&facts] {
    const std::vector<std::string> warnings = CaseAccumulator(facts).Finish().warnings;
    return std::count_if(warnings.begin(), warnings.end(), [](const std::string& warning) {
      return warning.find("calibration found VALID") != std::string::npos;
    });
  };
  EXPECT_EQ(mentions(), 0);
  facts.spec.load.rate.micro_per_min += 60'000'000;
  EXPECT_EQ(mentions(), 1);
}

}  // namespace
}  // namespace monsoon
