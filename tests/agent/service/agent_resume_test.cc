// A session outlives its streams: what was said while none was open is said again, nothing is
// obeyed twice, and nothing is missed.
#include <gmock/gmock.h>

#include "tests/agent/service/service_fixture.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AgentResumeTest : public ServiceTest {
 protected:
  void BreakStreams() {
    control_->Cancel();
    data_->Cancel();
  }

  LiveEngine engine_{3, 5 * kNsPerMs, kNsPerMs};
};

TEST_F(AgentResumeTest, ACaseGoesOnWithoutStreams) {
  BeginRun();
  control_->NumberFrom(1);
  data_->NumberFrom(1);
  PrepareCase(engine_);   // 1; Ready is the agent's 1
  data_->Work(0, 0, 20);  // 1 and 2
  control_->AwaitProgress(20, 0);
  control_->Start(0, clock_.MonotonicNs());  // 2
  control_->AwaitProgress(20, 2);
  BreakStreams();
  SleepMs(200);  // meanwhile all are sent

  const v1::Welcome again = ResumeRun(1);
  EXPECT_EQ(again.received_control(), 2u);
  EXPECT_EQ(data_->received(), 2u);
  control_->AwaitProgress(20, 20);
  control_->NumberFrom(3);
  control_->FinishCase(0);
  const v1::ControlResponse done = control_->Await(Kind::kCaseDone);
  EXPECT_EQ(done.number(), 2u);
  EXPECT_EQ(done.case_done().gave_up(), "");
  const std::multiset<uint64_t> indices = Indices(data_->ReadTo(done.case_done().last_sequence()));
  EXPECT_EQ(indices.size(), 20u);
  EXPECT_EQ(std::set<uint64_t>(indices.begin(), indices.end()).size(), 20u);
  EXPECT_EQ(engine_.Truth().size(), 20u);
}

TEST_F(AgentResumeTest, WhatTheAgentSaidMeanwhileIsSaidAgainUntilItIsReceived) {
  BeginRun();
  control_->NumberFrom(1);
  control_->Prepare(engine_.Case(2));
  control_->Recall(1);
  // Both have been obeyed once the Pong is there; nobody reads the answers.
  control_->Ping(1);
  SleepMs(300);
  BreakStreams();
  const v1::Welcome again = ResumeRun(0);
  EXPECT_EQ(again.received_control(), 2u);
  const v1::ControlResponse first = control_->Await(
      control_->Read()->message_case() == Kind::kReady ? Kind::kRecalled : Kind::kReady);
  EXPECT_EQ(first.number(), 2u);
  BreakStreams();
  ResumeRun(2);
  control_->Ping(2);
  EXPECT_EQ(control_->Await(Kind::kPong).pong().id(), 2u) << "not a third time";
}

TEST_F(AgentResumeTest, ACaseDoneThatNobodyHeardComesAgain) {
  BeginRun();
  PrepareCase(engine_);
  data_->Work(0, 0, 2);
  control_->AwaitProgress(2, 0);
  control_->Start(0, clock_.MonotonicNs());
  control_->AwaitProgress(2, 2);
  control_->FinishCase(0);
  SleepMs(100);
  BreakStreams();
  ResumeRun(1);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_THAT(Indices(data_->ReadTo(done.last_sequence())), ElementsAre(0, 1));
  // A Ping says that it was received, too.
  control_->Ping(1, 0, 2);
  control_->Await(Kind::kPong);
  control_->Cancel();
  ResumeRun(0);
  control_->Ping(2);
  control_->Await(Kind::kPong);
}

TEST_F(AgentResumeTest, WhatComesTwiceIsObeyedOnce) {
  BeginRun();
  PrepareCase(engine_);
  control_->NumberFrom(1);
  data_->NumberFrom(1);
  data_->Work(0, 0, 5);
  data_->NumberFrom(1);
  data_->Work(0, 0, 5);
  data_->Work(0, 5, 1);  // 3 and 4
  control_->AwaitProgress(6, 0);
  control_->Recall(2);
  control_->NumberFrom(1);
  control_->Recall(2);
  control_->Ping(1);
  EXPECT_EQ(control_->Await(Kind::kRecalled).recalled().request_indices_size(), 2);
  const v1::Pong pong = control_->Await(Kind::kPong).pong();
  EXPECT_EQ(pong.received_control(), 1u);
  EXPECT_EQ(pong.received_data(), 4u);
  control_->Start(0, clock_.MonotonicNs());
  control_->FinishCase(0);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_EQ(data_->ReadTo(done.last_sequence()).size(), 4u);
}

TEST_F(AgentResumeTest, AMissingMessageBreaksTheStreamOffAndTheSessionStays) {
  BeginRun();
  control_->NumberFrom(2);
  control_->Recall(1);
  const grpc::Status control = control_->Close();
  EXPECT_EQ(control.error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_THAT(control.error_message(), HasSubstr("message 2 on Control"));
  data_->NumberFrom(3);
  data_->Work(0, 0, 1);
  EXPECT_EQ(data_->Finish().error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_EQ(ResumeRun(0).received_control(), 0u);
  EXPECT_EQ(data_->received(), 0u);
  control_->NumberFrom(1);
  control_->Recall(1);
  control_->Await(Kind::kRecalled);
}

TEST_F(AgentResumeTest, ANewStreamReplacesTheOldOne) {
  BeginRun();
  PrepareCase(engine_);
  const std::unique_ptr<RawControl> old = std::move(control_);
  ResumeRun(1);
  EXPECT_EQ(old->Close().error_code(), grpc::StatusCode::CANCELLED);
  control_->Recall(1);
  control_->Await(Kind::kRecalled);
}

TEST_F(AgentResumeTest, AnotherProcessOrSessionIsNotThere) {
  BeginRun();
  v1::Welcome other = welcome_;
  other.set_instance_id("started again");
  {
    RawControl control(port());
    control.Resume(other, 0);
    const v1::Refusal refusal = control.Await(Kind::kRefusal).refusal();
    EXPECT_EQ(refusal.code(), v1::Refusal::CODE_UNKNOWN_SESSION);
    EXPECT_THAT(refusal.message(), HasSubstr("is gone"));
  }
  control_->EndRun();
  control_->Close();
  RawControl control(port());
  control.Resume(welcome_, 0);
  EXPECT_EQ(control.Await(Kind::kRefusal).refusal().code(), v1::Refusal::CODE_UNKNOWN_SESSION);
}

TEST_F(AgentResumeTest, AControllerThatHasWhatWasNeverSaidIsConfused) {
  BeginRun();
  RawControl control(port());
  control.Resume(welcome_, 7);
  EXPECT_EQ(control.Close().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace monsoon
