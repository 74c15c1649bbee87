#include "controller/core/report/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/time/clock.h"

namespace monsoon {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Every number at its limit, which is still good: TTFT p50 200 ms makes the error limit 4 ms.
CaseReport AtEveryLimit() {
  CaseReport report;
  report.requests.planned = report.requests.ok = 1000;
  report.ttft_s.count = 1000;
  report.ttft_s.p50 = 0.2;
  report.max_error_s = MaxErrorSeconds(report);
  report.client.error_bound_p99_s = report.max_error_s;
  report.lateness_s.count = 1000;
  report.lateness_s.p99 = report.max_error_s;
  report.client.cpu_utilisation_max = 0.90;
  report.client.starved_share = 0.01;
  return report;
}

double JustOver(double limit) { return std::nextafter(limit, 2 * limit); }

TEST(VerdictTest, AtEveryLimitIsValid) {
  const Verdict verdict = Judge(AtEveryLimit());
  EXPECT_EQ(verdict.kind, VerdictKind::kValid);
  EXPECT_THAT(verdict.reasons, IsEmpty());
}

TEST(VerdictTest, ErrorLimitIsTheLargerOfTheTwo) {
  CaseReport report;
  report.ttft_s.count = 1;
  report.ttft_s.p50 = 0.2;
  EXPECT_DOUBLE_EQ(MaxErrorSeconds(report), 0.004);
  report.ttft_s.p50 = 0.05;
  EXPECT_DOUBLE_EQ(MaxErrorSeconds(report), 0.001) << "2 % of 50 ms is 1 ms";
  report.ttft_s.p50 = 0.01;
  EXPECT_DOUBLE_EQ(MaxErrorSeconds(report), 0.001);
  report.ttft_s = {};
  EXPECT_DOUBLE_EQ(MaxErrorSeconds(report), 0.001) << "no TTFT: the absolute limit alone";
  report.facts.spec.verdict.max_error_ns = 5 * kNsPerMs;
  EXPECT_DOUBLE_EQ(MaxErrorSeconds(report), 0.005);
}

TEST(VerdictTest, ErrorBoundJustOverTheLimitIsInvalid) {
  CaseReport report = AtEveryLimit();
  report.client.error_bound_p99_s = JustOver(report.max_error_s);
  const Verdict verdict = Judge(report);
  EXPECT_EQ(verdict.kind, VerdictKind::kInvalid);
  EXPECT_THAT(verdict.reasons,
              ElementsAre(AllOf(HasSubstr("0.004000 s"), HasSubstr("2% of TTFT p50"))));
}

TEST(VerdictTest, LatenessJustOverTheLimitIsInvalid) {
  CaseReport report = AtEveryLimit();
  report.lateness_s.p99 = JustOver(report.max_error_s);
  const Verdict verdict = Judge(report);
  EXPECT_EQ(verdict.kind, VerdictKind::kInvalid);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("lateness p99")));
}

TEST(VerdictTest, BusyThreadJustOverTheLimitIsInvalid) {
  CaseReport report = AtEveryLimit();
  report.client.cpu_utilisation_max = JustOver(0.90);
  const Verdict verdict = Judge(report);
  EXPECT_EQ(verdict.kind, VerdictKind::kInvalid);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("over the limit of 90%")));
}

TEST(VerdictTest, StarvedJustOverTheLimitIsInvalid) {
  CaseReport report = AtEveryLimit();
  report.client.starved_share = JustOver(0.01);
  const Verdict verdict = Judge(report);
  EXPECT_EQ(verdict.kind, VerdictKind::kInvalid);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("ran out of work")));
}

TEST(VerdictTest, UnmeasuredErrorIsInvalid) {
  CaseReport report = AtEveryLimit();
  report.client.error_bound_p99_s.reset();
  EXPECT_EQ(Judge(report).kind, VerdictKind::kInvalid);
}

TEST(VerdictTest, BrokenConservationIsInvalidEitherWay) {
  for (const int64_t planned : {999, 1001}) {
    CaseReport report = AtEveryLimit();
    report.requests.planned = planned;
    const Verdict verdict = Judge(report);
    EXPECT_EQ(verdict.kind, VerdictKind::kInvalid);
    EXPECT_THAT(verdict.reasons, ElementsAre(AllOf(HasSubstr(std::to_string(planned) + " planned"),
                                                   HasSubstr("1000 ok"))));
  }
}

TEST(VerdictTest, FailedRequestsAloneAreTheGatesMatter) {
  CaseReport report = AtEveryLimit();
  report.requests.ok = 1;
  report.requests.failed = 999;
  EXPECT_EQ(Judge(report).kind, VerdictKind::kValid);
}

TEST(VerdictTest, EachKindOfMissingRequestIsIncompleteWithItsNumber) {
  for (int64_t RequestCounts::*const member :
       {&RequestCounts::lost, &RequestCounts::not_sent, &RequestCounts::cancelled}) {
    CaseReport report = AtEveryLimit();
    report.requests.ok -= 1;
    report.requests.*member = 1;
    const Verdict verdict = Judge(report);
    EXPECT_EQ(verdict.kind, VerdictKind::kIncomplete);
    EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("1 of 1000 planned requests")));
  }
}

TEST(VerdictTest, ReasonOfTheRunMakesItIncomplete) {
  CaseReport report = AtEveryLimit();
  report.facts.incomplete_reasons = {"Interrupted."};
  const Verdict verdict = Judge(report);
  EXPECT_EQ(verdict.kind, VerdictKind::kIncomplete);
  EXPECT_THAT(verdict.reasons, ElementsAre("Interrupted."));
}

TEST(VerdictTest, NoSuccessIsFailedAndTheClassesAreNamed) {
  CaseReport report = AtEveryLimit();
  report.requests.ok = 0;
  report.requests.failed = 1000;
  report.requests.errors = {{"connect", 990}, {"dns", 10}};
  const Verdict verdict = Judge(report);
  EXPECT_EQ(verdict.kind, VerdictKind::kFailed);
  EXPECT_THAT(verdict.reasons,
              ElementsAre(AllOf(HasSubstr("990 x connect"), HasSubstr("10 x dns"))));
}

TEST(VerdictTest, TheGravestNamesItAndAllReasonsAreKept) {
  CaseReport report = AtEveryLimit();
  report.requests.ok = 990;
  report.requests.lost = 10;
  report.client.cpu_utilisation_max = 0.99;
  Verdict verdict = Judge(report);
  EXPECT_EQ(verdict.kind, VerdictKind::kIncomplete);
  EXPECT_THAT(verdict.reasons, ElementsAre(HasSubstr("lost"), HasSubstr("busy")));
  report.requests.ok = 0;
  report.requests.failed = 990;
  verdict = Judge(report);
  EXPECT_EQ(verdict.kind, VerdictKind::kFailed);
  EXPECT_THAT(verdict.reasons,
              ElementsAre(HasSubstr("No request"), HasSubstr("lost"), HasSubstr("busy")));
}

TEST(VerdictTest, LimitsAreTheScenarios) {
  CaseReport report = AtEveryLimit();
  report.facts.spec.verdict.max_busy_share = 0.5;
  report.facts.spec.verdict.max_starved_share = 0.005;
  EXPECT_EQ(Judge(report).reasons.size(), 2u);
}

}  // namespace
}  // namespace monsoon
