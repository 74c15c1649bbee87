// What becomes of records that no controller takes: to disk, and to whoever collects them, from
// this process or from the next.
#include <gmock/gmock.h>

#include "tests/agent/service/collect_fixture.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

class AgentCollectTest : public CollectTest {};

TEST_F(AgentCollectTest, ALostControllersRecordsAreCollectedFromTheLiveAgent) {
  BeginRun(800);
  StartCase(endless_, 4);  // two in flight, two queued
  LoseController();
  const Collected early = Collect(true);
  EXPECT_EQ(early.refusal.code(), v1::Refusal::CODE_BUSY);
  EXPECT_GT(early.refusal.retry_after_ms(), 0u);
  EXPECT_LE(early.refusal.retry_after_ms(), 800u);
  EXPECT_THAT(spools_.Sessions(), IsEmpty());
  SleepMs(1000);
  EXPECT_THAT(spools_.Sessions(), SizeIs(1)) << "the lease has run out: it is on disk";

  const Collected all = Collect(true);
  EXPECT_THAT(all.order, MatchesRegex("SB+D"));
  ASSERT_THAT(all.sessions, SizeIs(1));
  EXPECT_EQ(all.sessions[0].instance_id(), "instance");
  EXPECT_EQ(all.sessions[0].epoch(), 1u);
  EXPECT_EQ(all.sessions[0].hostname(), "host");
  EXPECT_EQ(all.sessions[0].acknowledged(), 0u);
  EXPECT_THAT(Indices(all.records), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Statuses(all.records),
              ElementsAre(v1::REQUEST_STATUS_CANCELLED, v1::REQUEST_STATUS_CANCELLED,
                          v1::REQUEST_STATUS_NOT_SENT, v1::REQUEST_STATUS_NOT_SENT));
  ASSERT_THAT(all.ends, SizeIs(1));
  EXPECT_THAT(all.ends[0].gave_up(), HasSubstr("lease"));
  EXPECT_EQ(all.ends[0].last_sequence(), all.sessions[0].last_sequence());

  EXPECT_EQ(Collect(true).refusal.code(), v1::Refusal::CODE_UNKNOWN_SESSION);
  EXPECT_THAT(spools_.Sessions(), IsEmpty());
  RawControl late(port());
  late.Resume(welcome_, 0);
  EXPECT_EQ(late.Await(Kind::kRefusal).refusal().code(), v1::Refusal::CODE_UNKNOWN_SESSION);
  BeginRun();
  EXPECT_EQ(welcome_.epoch(), 2u);
}

TEST_F(AgentCollectTest, TheNextProcessHandsThemOutUntilTheyAreAcknowledged) {
  BeginRun();
  const v1::CaseDone first = RunCase(engine_, 0, 3);
  data_->ReadTo(first.last_sequence());
  data_->Acknowledge(first.last_sequence());
  PrepareCase(endless_, 1);
  data_->Work(1, 0, 3);
  control_->AwaitProgress(3, 0);
  control_->Start(1, clock_.MonotonicNs());
  SleepMs(100);
  Restart();  // as on SIGTERM
  for (const bool acknowledge : {false, true}) {
    const Collected all = Collect(acknowledge);
    EXPECT_THAT(all.order, MatchesRegex("SDB+D")) << "the acknowledged case has its end";
    EXPECT_EQ(all.sessions.at(0).acknowledged(), first.last_sequence());
    EXPECT_EQ(all.sessions.at(0).instance_id(), "instance");
    EXPECT_THAT(Statuses(all.records),
                ElementsAre(v1::REQUEST_STATUS_CANCELLED, v1::REQUEST_STATUS_CANCELLED,
                            v1::REQUEST_STATUS_NOT_SENT));
    EXPECT_EQ(all.ends.at(0).gave_up(), "");
    EXPECT_EQ(all.ends.at(1).gave_up(), "the agent was stopped");
  }
  EXPECT_EQ(Collect(true).refusal.code(), v1::Refusal::CODE_UNKNOWN_SESSION);
}

TEST_F(AgentCollectTest, ANewcomersRunLeavesTheOldOnesSpoolAlone) {
  BeginRun(200);
  StartCase(endless_, 2);
  LoseController();
  SleepMs(400);
  RawControl newcomer(port());
  newcomer.Hello(v1::Hello::PURPOSE_RUN, 0, "other");
  EXPECT_EQ(newcomer.Await(Kind::kWelcome).welcome().epoch(), 2u);
  EXPECT_EQ(Collect(true).records.size(), 2u);
  newcomer.Ping(1);
  newcomer.Await(Kind::kPong);
}

TEST_F(AgentCollectTest, ARunThatEndsInGoodOrderLeavesNothing) {
  BeginRun();
  const v1::CaseDone done = RunCase(engine_, 0, 3);
  data_->ReadTo(done.last_sequence());
  // The two travel on two connections: either may come first.
  control_->EndRun();
  data_->Acknowledge(done.last_sequence());
  EXPECT_TRUE(control_->Close().ok());
  EXPECT_THAT(spools_.Sessions(), IsEmpty());
}

TEST_F(AgentCollectTest, WhatNobodyAcknowledgedOutlivesTheRun) {
  BeginRun();
  RunCase(engine_, 0, 3);
  control_->EndRun();
  EXPECT_TRUE(control_->Close().ok());
  EXPECT_EQ(Collect(true).records.size(), 3u);
}

TEST_F(AgentCollectTest, AnAcknowledgementOfWhatNeverWasThrowsNothingAway) {
  BeginRun();
  const v1::CaseDone done = RunCase(engine_, 0, 3);
  data_->Acknowledge(done.last_sequence() + 1);
  const grpc::Status status = data_->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("never sent"));
  EXPECT_FALSE(control_->Close().ok()) << "that is the end of the run";
  EXPECT_EQ(Collect(true).records.size(), 3u);
}

TEST_F(AgentCollectTest, ARunWithoutACaseLeavesNothing) {
  BeginRun(100);
  LoseController();
  SleepMs(300);
  EXPECT_EQ(Collect(true).refusal.code(), v1::Refusal::CODE_UNKNOWN_SESSION);
  EXPECT_THAT(spools_.Sessions(), IsEmpty());
}

TEST_F(AgentCollectTest, AnotherProtocolVersionIsRefused) {
  const Collected none = Collect(true, 7);
  EXPECT_EQ(none.refusal.code(), v1::Refusal::CODE_PROTOCOL_VERSION);
  EXPECT_THAT(none.refusal.message(), HasSubstr("protocol 7"));
}

TEST_F(AgentCollectTest, ASessionThatComesBackGetsItsRecordsFromDisk) {
  BeginRun(300);
  StartCase(endless_, 4);
  LoseController();
  SleepMs(600);
  ASSERT_THAT(spools_.Sessions(), SizeIs(1));
  ResumeRun(1);
  control_->Ping(1);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_THAT(Indices(data_->ReadTo(done.last_sequence())), ElementsAre(0, 1, 2, 3));
  data_->Acknowledge(done.last_sequence());
  control_->EndRun();
  control_->Await(Kind::kPong);
  SleepMs(50);
  control_->Close();
}

}  // namespace
}  // namespace monsoon
