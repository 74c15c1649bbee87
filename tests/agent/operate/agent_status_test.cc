#include "agent/core/operate/agent_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/core/operate/event_text.h"
#include "common/time/clock.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr int64_t kStartNs = 100 * kNsPerS;

SessionLive At(int64_t now_ns, int64_t heard_ns) {
  return {.now_ns = now_ns, .heard_ns = heard_ns, .lease_until_ns = heard_ns + 10 * kNsPerS};
}

SessionLive Running(uint64_t started, uint64_t finished) {
  SessionLive session = At(kStartNs, kStartNs);
  session.live = CaseLive{
      .case_index = 1, .started = true, .counts = {.started = started, .finished = finished}};
  session.live->counts.tally.ok = finished;
  return session;
}

TEST(AgentStatus, IsIdleUntilARunComes) {
  AgentStatus status;
  EXPECT_EQ(DescribeStatus(status), "idle");
  status.Apply(RunTaken{.run_id = "r1", .controller = "ipv4:10.0.0.1:5"});
  EXPECT_TRUE(status.busy());
  EXPECT_EQ(DescribeStatus(status), "run r1: between cases");
  status.Take(Running(520, 8));
  EXPECT_EQ(DescribeStatus(status), "run r1 case 2: 512 in flight, 8 done");
  status.Apply(DrainBegan{"SIGTERM", 1});
  EXPECT_EQ(DescribeStatus(status), "stopping; run r1 case 2: 512 in flight, 8 done");
  status.Apply(RunEnded{"r1", ""});
  EXPECT_EQ(DescribeStatus(status), "stopping; idle");
  EXPECT_EQ(status.runs_taken, 1u);
}

TEST(AgentStatus, APreparedCaseIsReadyToStart) {
  AgentStatus status;
  status.Apply(RunTaken{.run_id = "r1"});
  SessionLive session = Running(0, 0);
  session.live->started = false;
  status.Take(session);
  EXPECT_EQ(DescribeStatus(status), "run r1 case 2: ready to start");
}

// Counters of a monitoring system must never fall, and count nothing twice.
TEST(AgentStatus, TotalsCountEachCaseOnce) {
  AgentStatus status;
  status.Apply(RunTaken{.run_id = "r1"});
  status.Take(Running(10, 4));
  EXPECT_EQ(status.totals().started, 10u);
  EXPECT_EQ(status.in_flight(), 6u);
  LoadCounts end{.started = 10, .finished = 10};
  end.tally.ok = 9;
  end.tally.failed[static_cast<size_t>(ErrorClass::kTimeoutFirst)] = 1;
  status.Apply(CaseEnded{.run_id = "r1", .case_index = 1, .counts = end});
  EXPECT_EQ(status.totals().started, 10u);
  EXPECT_EQ(status.totals().tally.ok, 9u);
  EXPECT_EQ(status.in_flight(), 0u);
  status.Take(Running(3, 3));
  EXPECT_EQ(status.totals().tally.ok, 12u);
  EXPECT_EQ(status.totals().tally.failed_in_all(), 1u);
  status.Apply(RunEnded{"r1", "broken"});  // without a CaseEnded
  EXPECT_EQ(status.totals().tally.ok, 12u);
  EXPECT_EQ(status.cases_ended, 1u);
}

TEST(AgentStatus, ASilentControllerIsToldOnceAndWhenItIsBack) {
  AgentStatus status;
  status.Apply(RunTaken{.run_id = "r1"});
  EXPECT_THAT(status.Take(At(kStartNs + kNsPerS, kStartNs)), SizeIs(0));
  const auto silent = status.Take(At(kStartNs + 3 * kNsPerS + 1, kStartNs));
  ASSERT_THAT(silent, SizeIs(1));
  EXPECT_EQ(std::get<ControllerSilent>(silent[0]).silent_ns, 3 * kNsPerS + 1);
  EXPECT_THAT(status.Take(At(kStartNs + 4 * kNsPerS, kStartNs)), SizeIs(0));
  EXPECT_EQ(status.lease_left_ns(), 6 * kNsPerS);
  const auto back = status.Take(At(kStartNs + 5 * kNsPerS, kStartNs + 5 * kNsPerS));
  ASSERT_THAT(back, SizeIs(1));
  EXPECT_TRUE(std::holds_alternative<ControllerHeard>(back[0]));
}

TEST(AgentStatus, ALostLeaseIsToldOnce) {
  AgentStatus status;
  status.Apply(RunTaken{.run_id = "r1"});
  status.Take(At(kStartNs + 9 * kNsPerS, kStartNs));
  const auto lost = status.Take(At(kStartNs + 10 * kNsPerS + 1, kStartNs));
  ASSERT_THAT(lost, SizeIs(1));
  EXPECT_EQ(std::get<LeaseLost>(lost[0]).run_id, "r1");
  EXPECT_THAT(status.Take(At(kStartNs + 11 * kNsPerS, kStartNs)), SizeIs(0));
  EXPECT_EQ(status.lease_left_ns(), 0);
}

// A session waits for its controller for ever, and holds the agent only as long as its lease lasts.
TEST(AgentStatus, AnAgentWhoseRunHasLostItsLeaseIsFree) {
  AgentStatus status;
  status.Apply(RunTaken{.run_id = "r1"});
  SessionLive session = Running(4, 0);
  status.Take(session);
  session.now_ns = session.lease_until_ns + 1;
  status.Take(session);
  EXPECT_TRUE(status.busy()) << "its case has not ended";
  status.Apply(CaseEnded{.run_id = "r1", .case_index = 1, .counts = session.live->counts});
  EXPECT_FALSE(status.busy());
  EXPECT_EQ(DescribeStatus(status), "idle");
  status.Apply(RunTaken{.run_id = "r2"});
  EXPECT_TRUE(status.busy());
}

TEST(AgentStatus, TellsOnceThatRecordsGoToDisk) {
  AgentStatus status;
  status.Apply(RunTaken{.run_id = "r1"});
  SessionLive now = At(kStartNs, kStartNs);
  EXPECT_THAT(status.Take(now), SizeIs(0));
  now.spilled_bytes = 10;
  const std::vector<ServiceEvent> events = status.Take(now);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(std::get<RecordsSpilled>(events[0]).bytes, 10);
  now.spilled_bytes = 20;
  EXPECT_THAT(status.Take(now), SizeIs(0));
  now.spilled_bytes = 0;
  status.Take(now);
  now.spilled_bytes = 5;
  EXPECT_THAT(status.Take(now), SizeIs(1));
}

TEST(AgentStatus, KnowsWhoHasTakenTheRunUpAgain) {
  AgentStatus status;
  status.Apply(RunTaken{.run_id = "r1", .controller = "ipv4:10.0.0.1:1"});
  status.Apply(ControlBroken{"r1", "the connection ended"});
  EXPECT_TRUE(status.busy());
  status.Apply(RunResumed{"r1", "ipv4:10.0.0.1:2"});
  EXPECT_EQ(status.controller, "ipv4:10.0.0.1:2");
  EXPECT_EQ(status.runs_taken, 1u);
}

TEST(RequestTally, CountsByOutcomeAndClass) {
  RequestTally tally;
  RequestRecord record;
  for (const RequestStatus status : {RequestStatus::kOk, RequestStatus::kCancelled,
                                     RequestStatus::kNotSent, RequestStatus::kFailed}) {
    record.status = status;
    record.error_class =
        status == RequestStatus::kFailed ? ErrorClass::kTruncated : ErrorClass::kNone;
    tally.Add(record);
  }
  tally += tally;
  EXPECT_EQ(tally.ok, 2u);
  EXPECT_EQ(tally.cancelled, 2u);
  EXPECT_EQ(tally.not_sent, 2u);
  EXPECT_EQ(tally.failed[static_cast<size_t>(ErrorClass::kTruncated)], 2u);
  EXPECT_EQ(tally.failed_in_all(), 2u);
}

TEST(EventText, CountsCasesFromOneAndNamesErrorClasses) {
  CaseEnded ended{.run_id = "r1", .case_index = 0, .counts = {.started = 5, .finished = 5}};
  ended.counts.tally.ok = 3;
  ended.counts.tally.failed[static_cast<size_t>(ErrorClass::kTimeoutFirst)] = 2;
  const std::string line = FormatLogLine(ToLogEntry(ended), 0, {.journal = true});
  EXPECT_THAT(line, HasSubstr("<6>case_ended run_id=r1 case=1 started=5 ok=3 failed=2 "));
  EXPECT_THAT(line, HasSubstr(" timeout_first=2"));
  ended.gave_up = "it is being stopped";
  EXPECT_THAT(FormatLogLine(ToLogEntry(ended), 0, {.journal = true}), HasSubstr("<4>case_ended"));
}

TEST(EventText, HasALineForEachEvent) {
  const std::vector<std::pair<ServiceEvent, std::string>> lines = {
      {RunTaken{"r1", "ipv4:10.0.0.1:5", "0.1.0", 3, 10 * kNsPerS},
       "<6>run_taken run_id=r1 controller=ipv4:10.0.0.1:5 controller_version=0.1.0 epoch=3 "
       "lease_s=10\n"},
      {RunEnded{"r1", ""}, "<6>run_ended run_id=r1\n"},
      {RunEnded{"r1", "it broke"}, "<4>run_ended run_id=r1 reason=\"it broke\"\n"},
      {RunEnded{"r1", "", 4096}, "<6>run_ended run_id=r1 left_bytes=4096\n"},
      {ControlBroken{"r1", "it broke"}, "<4>control_broken run_id=r1 reason=\"it broke\"\n"},
      {RunResumed{"r1", "unix:"}, "<6>run_resumed run_id=r1 controller=unix:\n"},
      {RecordsSpilled{"r1", 4096}, "<4>records_spilled run_id=r1 bytes=4096\n"},
      {SpillFailed{"r1", "full", false}, "<3>spill_failed run_id=r1 reason=full\n"},
      {SpillFailed{"r1", "full", true}, "<3>records_lost run_id=r1 reason=full\n"},
      {SpoolCollected{"r1", "unix:", 2, 2},
       "<6>spool_collected run_id=r1 controller=unix: sessions=2 confirmed=2\n"},
      {SpoolCollected{"r1", "unix:", 2, 1},
       "<4>spool_collected run_id=r1 controller=unix: sessions=2 confirmed=1\n"},
      {SpoolDeleted{"r1-i-1", 4096, "old"},
       "<4>spool_deleted spool=r1-i-1 bytes=4096 reason=old\n"},
      {Refused{"unix:", "busy"}, "<4>refused controller=unix: reason=busy\n"},
      {GrpcTrouble{"Handshake failed"}, "<4>grpc message=\"Handshake failed\"\n"},
      {Inspected{"unix:"}, "<7>inspected controller=unix:\n"},
      {CasePrepared{"r1", 1, "vllm", "10.0.0.7:8000", 64, 0},
       "<6>case_prepared run_id=r1 case=2 engine_type=vllm engine=10.0.0.7:8000 concurrency=64\n"},
      {CaseRejected{"r1", 1, "no"}, "<4>case_rejected run_id=r1 case=2 reason=no\n"},
      {CaseStarted{"r1", 1, kNsPerS / 2}, "<6>case_started run_id=r1 case=2 starts_in_s=0.5\n"},
      {ControllerSilent{"r1", 3 * kNsPerS}, "<4>controller_silent run_id=r1 silent_s=3\n"},
      {ControllerHeard{"r1", 0}, "<6>controller_heard run_id=r1\n"},
      {LeaseLost{"r1", 10 * kNsPerS}, "<3>lease_lost run_id=r1 silent_s=10\n"},
      {DrainBegan{"SIGTERM", 30 * kNsPerS}, "<6>drain reason=SIGTERM timeout_s=30\n"}};
  for (const auto& [event, line] : lines) {
    EXPECT_EQ(FormatLogLine(ToLogEntry(event), 0, {.journal = true}), line);
  }
}

}  // namespace
}  // namespace monsoon
