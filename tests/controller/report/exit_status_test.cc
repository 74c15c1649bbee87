#include "controller/core/report/exit_status.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

CaseReport Case(VerdictKind kind, bool gate_passed = true) {
  CaseReport report;
  report.verdict.kind = kind;
  report.requests.ok = kind == VerdictKind::kFailed ? 0 : 10;
  report.gates.push_back({"error_rate <= 1%", "error_rate", 0.0, gate_passed});
  return report;
}

int Status(std::vector<CaseReport> cases, bool interrupted = false) {
  RunReport report;
  report.run.interrupted = interrupted;
  report.cases = std::move(cases);
  return ExitStatus(report);
}

const CaseReport kValid = Case(VerdictKind::kValid);
const CaseReport kInvalid = Case(VerdictKind::kInvalid);
const CaseReport kIncomplete = Case(VerdictKind::kIncomplete);
const CaseReport kFailed = Case(VerdictKind::kFailed);
const CaseReport kGateMissed = Case(VerdictKind::kValid, false);

TEST(ExitStatusTest, EachAlone) {
  EXPECT_EQ(Status({kValid, kValid}), 0);
  EXPECT_EQ(Status({kFailed, kFailed}), 1);
  EXPECT_EQ(Status({}), 1);
  EXPECT_EQ(Status({kInvalid}), 4);
  EXPECT_EQ(Status({kIncomplete}), 4);
  EXPECT_EQ(Status({kGateMissed}), 3);
  EXPECT_EQ(Status({kValid, kFailed}), 3);
}

TEST(ExitStatusTest, FirstThatApplies) {
  EXPECT_EQ(Status({kFailed, kInvalid, kGateMissed}), 4);
  EXPECT_EQ(Status({kGateMissed, kIncomplete}), 4);
  EXPECT_EQ(Status({kFailed, kGateMissed, kValid}), 3);
}

TEST(ExitStatusTest, ASupersededCaseDoesNotCount) {
  CaseReport superseded = Case(VerdictKind::kIncomplete);
  superseded.facts.superseded_by = 1;
  EXPECT_EQ(Status({superseded, kValid}), 0);
  EXPECT_EQ(Status({superseded, kFailed}), 1) << "what it answered does not count either";
  EXPECT_EQ(Status({superseded, kIncomplete}), 4);
}

TEST(ExitStatusTest, ARunThatHasNotEndedIsNotFine) {
  RunReport report;
  report.cases = {kValid};
  for (const RunActivity activity : {RunActivity::kRunning, RunActivity::kDied}) {
    report.run.activity = activity;
    EXPECT_EQ(ExitStatus(report), 4);
  }
}

TEST(ExitStatusTest, InterruptedRunIsNeverFine) {
  EXPECT_EQ(Status({kValid}, true), 4);
  EXPECT_EQ(Status({kFailed}, true), 1);
}

}  // namespace
}  // namespace monsoon
