// Who may have the agent, and until when it may send: the lease.
#include <gmock/gmock.h>

#include "tests/agent/http/scripted_server.h"
#include "tests/agent/service/service_fixture.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

class AgentLeaseTest : public ServiceTest {
 protected:
  LiveEngine engine_{3, 2 * kNsPerMs, kNsPerMs};
};

TEST_F(AgentLeaseTest, OneRunAtATime) {
  BeginRun(5000);
  const v1::Refusal refusal = Refused("other");
  EXPECT_EQ(refusal.code(), v1::Refusal::CODE_BUSY);
  EXPECT_THAT(refusal.message(), HasSubstr("busy with run run"));
  EXPECT_GT(refusal.retry_after_ms(), 0u);
  EXPECT_LE(refusal.retry_after_ms(), 5000u);
  // The first run does not notice.
  control_->Ping(5);
  EXPECT_EQ(control_->Await(Kind::kPong).pong().id(), 5u);
}

TEST_F(AgentLeaseTest, ASecondNameForThisAgentIsNamed) {
  BeginRun();
  const v1::Refusal refusal = Refused("run");
  EXPECT_EQ(refusal.code(), v1::Refusal::CODE_BUSY);
  EXPECT_THAT(refusal.message(), HasSubstr("already part of run run under another name"));
  EXPECT_EQ(refusal.retry_after_ms(), 0u) << "trying again does not help";
}

TEST_F(AgentLeaseTest, ARunWhoseControllerIsGoneHoldsTheAgentForTheLease) {
  BeginRun(600);
  control_->Cancel();
  SleepMs(100);
  const v1::Refusal refusal = Refused("run");
  EXPECT_THAT(refusal.message(), HasSubstr("a controller that is gone"));
  EXPECT_GT(refusal.retry_after_ms(), 0u);
  EXPECT_LE(refusal.retry_after_ms(), 500u);
  EXPECT_EQ(Refused("other").code(), v1::Refusal::CODE_BUSY);
  SleepMs(600);
  // Now the newcomer gets it, and the old session is nobody's.
  const v1::Welcome old = welcome_;
  RawControl newcomer(port());
  newcomer.Hello(v1::Hello::PURPOSE_RUN, 0, "other");
  EXPECT_EQ(newcomer.Await(Kind::kWelcome).welcome().epoch(), 2u);
  RawControl late(port());
  late.Resume(old, 0);
  const v1::Refusal unknown = late.Await(Kind::kRefusal).refusal();
  EXPECT_EQ(unknown.code(), v1::Refusal::CODE_UNKNOWN_SESSION);
  EXPECT_THAT(unknown.message(), HasSubstr("run other has taken it"));
}

TEST_F(AgentLeaseTest, ANewcomerBreaksOffTheStreamsOfWhoLostIt) {
  BeginRun(100);
  SleepMs(200);
  RawControl newcomer(port());
  newcomer.Hello(v1::Hello::PURPOSE_RUN, 0, "other");
  newcomer.Await(Kind::kWelcome);
  EXPECT_FALSE(control_->Close().ok());
  EXPECT_FALSE(data_->Finish().ok());
}

// An engine that takes connections and says nothing keeps a run from ending for seconds, which is
// longer than the lease of whoever waits for that.
TEST_F(AgentLeaseTest, OfTwoNewcomersOnlyTheLastOneServes) {
  ScriptedServer silent;
  BeginRun(100);
  AgentCase agent_case = engine_.Case(1);
  agent_case.engine.url = "https://" + silent.address() + "/";
  control_->Prepare(agent_case);
  SleepMs(300);
  RawControl second(port());
  second.Hello(v1::Hello::PURPOSE_RUN, 100, "second");
  SleepMs(300);
  RawControl third(port());
  third.Hello(v1::Hello::PURPOSE_RUN, 0, "third");
  const v1::Welcome welcome = third.Await(Kind::kWelcome).welcome();
  EXPECT_EQ(welcome.epoch(), 3u);
  const v1::Refusal refusal = second.Await(Kind::kRefusal).refusal();
  EXPECT_EQ(refusal.code(), v1::Refusal::CODE_BUSY);
  EXPECT_THAT(refusal.message(), HasSubstr("run third has taken it"));
  RawData data(port());
  EXPECT_TRUE(data.Attach("third", welcome));
}

TEST_F(AgentLeaseTest, ASessionWhoseLeaseRanOutComesBackForTheNextCase) {
  BeginRun(200);
  PrepareCase(engine_, 0);
  data_->Work(0, 0, 3);
  control_->AwaitProgress(3, 0);
  control_->Cancel();
  data_->Cancel();
  SleepMs(400);
  ResumeRun(1);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_THAT(done.gave_up(), HasSubstr("lease")) << "it was prepared, and never started";
  for (const v1::RequestRecord& record : data_->ReadTo(done.last_sequence())) {
    EXPECT_EQ(record.status(), v1::REQUEST_STATUS_NOT_SENT);
  }
  data_->Acknowledge(done.last_sequence());
  control_->Ping(1);
  control_->Await(Kind::kPong);
  // Faster than the lease.
  const v1::CaseDone next = RunCase(engine_, 1, 2);
  EXPECT_EQ(next.gave_up(), "");
  EXPECT_EQ(engine_.Truth().size(), 2u);
}

TEST_F(AgentLeaseTest, OnlyPingsRenewItAndOnlyToTheDeadlineTheyName) {
  BeginRun(300);
  PrepareCase(engine_);
  const int64_t begin_ns = clock_.MonotonicNs();
  const int64_t until_ns = begin_ns + 500 * kNsPerMs;
  control_->Ping(1, until_ns);
  control_->Await(Kind::kPong);
  // Capped at the lease from now: 300 ms, although 500 were named; the second names less.
  control_->Ping(2, begin_ns - kNsPerS);
  control_->Await(Kind::kPong);
  int64_t done_ns = 0;
  for (int i = 0; i < 100 && done_ns == 0; ++i) {
    control_->Recall(1);
    const std::optional<v1::ControlResponse> response = control_->Read();
    ASSERT_TRUE(response.has_value());
    if (response->has_case_done()) done_ns = clock_.MonotonicNs();
    if (!response->has_progress()) SleepMs(10);
  }
  ASSERT_NE(done_ns, 0);
  EXPECT_GE(done_ns - begin_ns, 290 * kNsPerMs);
  EXPECT_LT(done_ns - begin_ns, 2 * kNsPerS);
}

TEST_F(AgentLeaseTest, APingWithoutADeadlineIsWorthTheWholeLease) {
  BeginRun(400);
  PrepareCase(engine_);
  for (uint64_t id = 1; id <= 6; ++id) {
    SleepMs(150);
    control_->Ping(id);
    control_->Await(Kind::kPong);
  }
  data_->Work(0, 0, 1);
  control_->AwaitProgress(1, 0);
  control_->Start(0, clock_.MonotonicNs());
  control_->AwaitProgress(1, 1);
  control_->FinishCase(0);
  EXPECT_EQ(control_->Await(Kind::kCaseDone).case_done().gave_up(), "");
}

TEST_F(AgentLeaseTest, AnAgentThatIsBeingStoppedTakesNoRun) {
  LiveEngine slow(3, 500 * kNsPerMs, kNsPerMs);
  BeginRun();
  PrepareCase(slow);
  data_->Work(0, 0, 4);
  control_->AwaitProgress(4, 0);
  control_->Start(0, clock_.MonotonicNs());
  SleepMs(100);
  server_->Drain("SIGTERM");
  EXPECT_TRUE(server_->holds_run());
  const v1::Refusal refusal = Refused("other");
  EXPECT_EQ(refusal.code(), v1::Refusal::CODE_DRAINING) << "waiting would not help";
  RawControl inspector(port());
  inspector.Hello(v1::Hello::PURPOSE_INSPECT);
  EXPECT_TRUE(inspector.Await(Kind::kWelcome).welcome().draining());
  // What is in flight comes to its end, over a new stream as well.
  control_->Cancel();
  data_->Cancel();
  ResumeRun(1);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_THAT(done.gave_up(), HasSubstr("SIGTERM"));
  EXPECT_FALSE(server_->delivered());
  EXPECT_EQ(data_->ReadTo(done.last_sequence()).size(), 4u);
  EXPECT_EQ(slow.Truth().size(), 2u);
  data_->Acknowledge(done.last_sequence());
  control_->EndRun();
  control_->Close();
  EXPECT_TRUE(server_->delivered());
  EXPECT_FALSE(server_->holds_run());
  EXPECT_THAT(Refused("other").message(), HasSubstr("SIGTERM"));
}

TEST_F(AgentLeaseTest, BreakingOffEndsTheCaseAndDeliversItsRecords) {
  LiveEngine endless(1'000'000, kNsPerMs, 5 * kNsPerMs);
  BeginRun();
  PrepareCase(endless);
  data_->Work(0, 0, 4);
  control_->AwaitProgress(4, 0);
  control_->Start(0, clock_.MonotonicNs());
  SleepMs(100);
  server_->Drain("SIGTERM");
  server_->BreakOff();
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_EQ(done.gave_up(), "agent host is being stopped (SIGTERM)");
  EXPECT_EQ(data_->ReadTo(done.last_sequence()).size(), 4u);
}

}  // namespace
}  // namespace monsoon
