#include "controller/io/run/resume_work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/io/run/invocation.h"
#include "controller/io/run/time_zero.h"

namespace monsoon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SetClock final : public Clock {
 public:
  int64_t MonotonicNs() const override { return monotonic_ns; }
  int64_t WallNs() const override { return wall_ns; }
  int64_t RawNs() const override { return monotonic_ns; }
  int64_t monotonic_ns = 1'000;
  int64_t wall_ns = 1'795'357'988 * kNsPerS;
};

Scenario ThreeCases() {
  Scenario scenario;
  for (int32_t index = 0; index < 3; ++index) {
    CaseSpec& spec = scenario.cases.emplace_back();
    spec.index = index;
    spec.name = "case " + std::to_string(index);
  }
  return scenario;
}

CaseFacts Case(int32_t index, CaseState state) {
  CaseFacts facts;
  facts.spec.index = index;
  facts.state = state;
  facts.agents.push_back({.name = "a:1", .reported = state == CaseState::kEnded});
  return facts;
}

RunFacts RunOf(bool ended) { return {.finished_wall_ns = ended ? 1 : 0}; }

std::vector<std::string> Names(const std::vector<SessionCase>& cases) {
  std::vector<std::string> names;
  for (const SessionCase& one : cases) {
    names.push_back(std::to_string(one.spec.index) + " " + one.spec.name);
  }
  return names;
}

TEST(ResumeWorkTest, WhatHasNotBegunRemains) {
  const std::vector<CaseFacts> cases = {Case(0, CaseState::kEnded),
                                        Case(1, CaseState::kInterrupted)};
  EXPECT_THAT(Names(RemainingCases(ThreeCases(), cases, /*rerun=*/false)), ElementsAre("2 case 2"));
  EXPECT_THAT(Names(RemainingCases(ThreeCases(), {}, /*rerun=*/true)),
              ElementsAre("0 case 0", "1 case 1", "2 case 2"));
}

TEST(ResumeWorkTest, ARerunIsANewCaseWithThePlanOfTheOld) {
  std::vector<CaseFacts> cases = {Case(0, CaseState::kEnded), Case(1, CaseState::kInterrupted),
                                  Case(2, CaseState::kEnded)};
  std::vector<SessionCase> remaining = RemainingCases(ThreeCases(), cases, /*rerun=*/true);
  ASSERT_THAT(Names(remaining), ElementsAre("3 case 1 (attempt 2)"));
  EXPECT_EQ(remaining[0].input, 1u);
  EXPECT_EQ(remaining[0].spec.repeats, 1);
  EXPECT_EQ(remaining[0].attempt.number, 2);
  EXPECT_EQ(remaining[0].attempt.supersedes, 1);

  // That one was interrupted too.
  cases[1].superseded_by = 3;
  cases.push_back(Case(3, CaseState::kInterrupted));
  cases[3].attempt = 2;
  cases[3].supersedes = 1;
  remaining = RemainingCases(ThreeCases(), cases, /*rerun=*/true);
  ASSERT_THAT(Names(remaining), ElementsAre("4 case 1 (attempt 3)"));
  EXPECT_EQ(remaining[0].spec.repeats, 1);
  EXPECT_EQ(remaining[0].attempt.supersedes, 3);
  // And the third ended.
  cases[3].superseded_by = 4;
  cases.push_back(Case(4, CaseState::kEnded));
  cases[4].attempt = 3;
  cases[4].supersedes = 3;
  EXPECT_THAT(RemainingCases(ThreeCases(), cases, /*rerun=*/true), IsEmpty());
}

TEST(ResumeWorkTest, AfterADeathEveryAgentIsAsked) {
  std::vector<CaseFacts> cases = {Case(0, CaseState::kEnded), Case(1, CaseState::kRunning)};
  cases[1].agents.push_back({.name = "b:1"});
  EXPECT_THAT(AgentsToAsk(RunOf(/*ended=*/false), cases), ElementsAre("a:1", "b:1"));
  EXPECT_FALSE(IsComplete(RunOf(/*ended=*/false), cases, /*rerun=*/false));
}

TEST(ResumeWorkTest, ARerunWhoseControllerDiedIsTakenUpToo) {
  std::vector<CaseFacts> cases = {Case(0, CaseState::kInterrupted), Case(1, CaseState::kRunning)};
  cases[0].superseded_by = 1;
  cases[1].supersedes = 0;
  for (const bool rerun : {false, true}) {
    EXPECT_FALSE(IsComplete(RunOf(/*ended=*/true), cases, rerun)) << "its last case goes on";
  }
  EXPECT_THAT(AgentsToAsk(RunOf(/*ended=*/true), cases), ElementsAre("a:1"));
}

TEST(ResumeWorkTest, LaterOnlyThoseThatWereLost) {
  std::vector<CaseFacts> cases = {Case(0, CaseState::kEnded)};
  EXPECT_TRUE(IsComplete(RunOf(/*ended=*/true), cases, /*rerun=*/true));
  cases[0].agents.push_back({.name = "b:1", .lost = true});
  EXPECT_THAT(AgentsToAsk(RunOf(/*ended=*/true), cases), ElementsAre("b:1"));
  EXPECT_FALSE(IsComplete(RunOf(/*ended=*/true), cases, /*rerun=*/false));
  cases[0].agents[1].reported = true;  // collected since
  EXPECT_TRUE(IsComplete(RunOf(/*ended=*/true), cases, /*rerun=*/false));
  cases.push_back(Case(1, CaseState::kInterrupted));
  EXPECT_TRUE(IsComplete(RunOf(/*ended=*/true), cases, /*rerun=*/false));
  EXPECT_FALSE(IsComplete(RunOf(/*ended=*/true), cases, /*rerun=*/true));
}

TEST(InvocationTest, ComesBackAndForgivesWhatIsMissing) {
  const RunInvocation invocation{
      .agents = {"load1:7070", "unix:/run/a b.sock"},
      .security = {.files = {.cert = "/c.pem", .key = "/k.pem", .ca = "/a.pem"},
                   .insecure_agents = true},
      .allow_targets = {"10.0.0.0/8"},
      .embedded_threads = 3,
      .preflight = false};
  EXPECT_EQ(*InvocationFromJson(InvocationToJson(invocation)), invocation);
  EXPECT_EQ(*InvocationFromJson("{}"), RunInvocation());
  EXPECT_EQ(InvocationFromJson("{").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(InvocationFromJson(R"({"agents": 3})").status().code(), absl::StatusCode::kDataLoss);
}

TEST(TimeZeroTest, GoesOnExactlyWithinABootElseByTheWallClock) {
  SetClock clock;
  const TimeZero zero = TakeTimeZero(clock);
  clock.monotonic_ns += 5 * kNsPerS;
  clock.wall_ns += 6 * kNsPerS;  // it was set
  ContinuedZero later = ContinueTimeZero(zero, clock);
  EXPECT_TRUE(later.exact);
  EXPECT_EQ(later.monotonic_ns, zero.monotonic_ns);

  TimeZero elsewhere = zero;
  elsewhere.boot_id = "another";
  later = ContinueTimeZero(elsewhere, clock);
  EXPECT_FALSE(later.exact);
  EXPECT_EQ(clock.MonotonicNs() - later.monotonic_ns, clock.WallNs() - zero.wall_ns);
}

}  // namespace
}  // namespace monsoon
