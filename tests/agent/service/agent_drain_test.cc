// How an agent takes its leave, and what health checks say of it.
#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include "agent/io/service/health_check.h"
#include "common/base/str_cat.h"
#include "tests/agent/service/event_recorder.h"
#include "tests/agent/service/service_fixture.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AgentDrainTest : public ServiceTest {
 protected:
  void SetUp() override {
    AgentOptions options{.hostname = "host",
                         .name = "load1",
                         .instance_id = "instance",
                         .load_threads = {.count = 2},
                         .observer = &recorder_};
    auto server = AgentServer::Start(options, "127.0.0.1:0", &clock_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  // The server goes before its observer.
  void TearDown() override {
    control_ = nullptr;
    data_ = nullptr;
    server_ = nullptr;
  }

  // A case of `count` requests, two at a time, that has begun.
  void StartCase(const LiveEngine& engine, uint64_t count) {
    PrepareCase(engine);
    data_->Work(0, 0, count);
    control_->AwaitProgress(count, 0);
    control_->Start(0, clock_.MonotonicNs());
    Await([this] { return recorder_.most_started() == 2; });
  }

  void Await(const std::function<bool()>& condition) {
    const int64_t deadline_ns = clock_.MonotonicNs() + 10 * kNsPerS;
    while (!condition()) {
      ASSERT_LT(clock_.MonotonicNs(), deadline_ns);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  absl::StatusOr<bool> Health() {
    return CheckHealth(StrCat("127.0.0.1:", port()), {}, 5 * kNsPerS);
  }

  EventRecorder recorder_;
};

TEST_F(AgentDrainTest, WhatIsInFlightFinishesAndTheRestIsNotSent) {
  LiveEngine engine(3, 300 * kNsPerMs, kNsPerMs);
  BeginRun();
  StartCase(engine, 6);
  EXPECT_FALSE(server_->delivered());
  server_->Drain("SIGTERM");
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_EQ(done.gave_up(), "agent load1 is being stopped (SIGTERM)");
  const std::vector<v1::RequestRecord> records = data_->ReadTo(done.last_sequence());
  EXPECT_THAT(Indices(records), ElementsAre(0, 1, 2, 3, 4, 5));
  int ok = 0;
  for (const v1::RequestRecord& record : records) {
    if (record.status() == v1::REQUEST_STATUS_OK) ++ok;
    EXPECT_THAT(record.status(),
                ::testing::AnyOf(v1::REQUEST_STATUS_OK, v1::REQUEST_STATUS_NOT_SENT));
  }
  EXPECT_EQ(ok, 2);
  // Nobody has confirmed the records yet.
  EXPECT_TRUE(server_->holds_run());
  EXPECT_FALSE(server_->delivered());
  data_->Acknowledge(done.last_sequence());
  Await([this] { return server_->delivered(); });
  EXPECT_TRUE(control_->Close().ok());
  Await([this] { return !server_->holds_run(); });
  EXPECT_EQ(engine.Truth().size(), 2u);

  const auto ended = recorder_.All<CaseEnded>();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].counts.tally.ok, 2u);
  EXPECT_EQ(ended[0].counts.tally.not_sent, 4u);
  EXPECT_EQ(ended[0].counts.started, 2u);
  EXPECT_EQ(ended[0].gave_up, done.gave_up());
}

TEST_F(AgentDrainTest, BreakingOffCancelsWhatDoesNotFinish) {
  LiveEngine engine(3, 60 * kNsPerS, kNsPerMs);
  BeginRun();
  StartCase(engine, 4);
  server_->Drain("SIGTERM");
  server_->BreakOff();
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_EQ(done.gave_up(), "agent load1 is being stopped (SIGTERM)");
  int cancelled = 0;
  for (const v1::RequestRecord& record : data_->ReadTo(done.last_sequence())) {
    if (record.status() == v1::REQUEST_STATUS_CANCELLED) ++cancelled;
  }
  EXPECT_EQ(cancelled, 2);
}

TEST_F(AgentDrainTest, ACaseThatWasCompleteIsNotGivenUp) {
  LiveEngine engine(3, 300 * kNsPerMs, kNsPerMs);
  BeginRun();
  StartCase(engine, 2);
  control_->FinishCase(0);
  // Inspections are answered in order with nothing else: this only gives FinishCase its time.
  EXPECT_TRUE(Health().ok());
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  server_->Drain("SIGTERM");
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_EQ(done.gave_up(), "");
  EXPECT_EQ(data_->ReadTo(done.last_sequence()).size(), 2u);
}

TEST_F(AgentDrainTest, TheNextCaseIsNotPreparedAndNewRunsAreRefused) {
  LiveEngine engine(3, kNsPerMs, kNsPerMs);
  BeginRun();
  server_->Drain("SIGINT");
  control_->Prepare(engine.Case(2));
  EXPECT_EQ(control_->Await(Kind::kReady).ready().error(), "agent load1 is being stopped (SIGINT)");
  RawControl second(port());
  second.Hello(v1::Hello::PURPOSE_RUN);
  const v1::Refusal refusal = second.Await(Kind::kRefusal).refusal();
  EXPECT_EQ(refusal.code(), v1::Refusal::CODE_DRAINING);
  EXPECT_THAT(refusal.message(), HasSubstr("being stopped (SIGINT)"));
  const auto refused = recorder_.All<monsoon::Refused>();
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].message, refusal.message());
}

TEST_F(AgentDrainTest, InspectionsSeeNameRunAndLeave) {
  LiveEngine engine(3, kNsPerMs, kNsPerMs);
  const auto inspect = [this] {
    RawControl control(port());
    control.Hello(v1::Hello::PURPOSE_INSPECT);
    return control.Await(Kind::kWelcome).welcome();
  };
  EXPECT_EQ(inspect().name(), "load1");
  EXPECT_EQ(inspect().run_id(), "");
  BeginRun();
  PrepareCase(engine);
  const v1::Welcome busy = inspect();
  EXPECT_EQ(busy.run_id(), "run");
  EXPECT_TRUE(busy.busy());
  EXPECT_FALSE(busy.draining());
  EXPECT_EQ(busy.limits().used_concurrency(), 2u);
  server_->Drain("SIGTERM");
  EXPECT_TRUE(inspect().draining());
}

TEST_F(AgentDrainTest, HealthChecksFollow) {
  const absl::StatusOr<bool> before = Health();
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_TRUE(*before);
  BeginRun();
  EXPECT_TRUE(*Health()) << "a busy agent is a healthy one";
  server_->Drain("SIGTERM");
  EXPECT_FALSE(*Health());
  server_->Shutdown();
  EXPECT_EQ(Health().status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(AgentDrainTest, ACaseOfABrokenConnectionIsDrainedAndToldWhenItIsBack) {
  LiveEngine engine(3, 300 * kNsPerMs, kNsPerMs);
  BeginRun();
  StartCase(engine, 6);
  control_->Cancel();
  data_->Cancel();
  Await([this] { return recorder_.All<ControlBroken>().size() == 1; });
  server_->Drain("SIGTERM");
  Await([this] { return recorder_.All<CaseEnded>().size() == 1; });
  EXPECT_TRUE(server_->holds_run());
  EXPECT_FALSE(server_->delivered()) << "nobody has the records";
  ResumeRun(1);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_EQ(done.gave_up(), "agent load1 is being stopped (SIGTERM)");
  EXPECT_THAT(Indices(data_->ReadTo(done.last_sequence())), ElementsAre(0, 1, 2, 3, 4, 5));
  data_->Acknowledge(done.last_sequence());
  Await([this] { return server_->delivered(); });
}

// The controller stops the case gently first; what this agent then breaks off has its reason.
TEST_F(AgentDrainTest, BreakingOffWhatTheControllerDrainsIsToldAsASentence) {
  LiveEngine engine(3, 60 * kNsPerS, kNsPerMs);
  BeginRun();
  StartCase(engine, 2);
  control_->Stop(0, v1::Stop::MODE_DRAIN);
  control_->Ping(1);
  control_->Await(Kind::kPong);
  server_->Drain("SIGTERM");
  server_->BreakOff();
  EXPECT_EQ(control_->Await(Kind::kCaseDone).case_done().gave_up(),
            "agent load1 is being stopped (SIGTERM)");
}

TEST_F(AgentDrainTest, ASessionWithoutAControllerDoesNotHoldTheAgentBackForLong) {
  BeginRun(300);
  control_->Cancel();
  data_->Cancel();
  server_->Drain("SIGTERM");
  Await([this] { return !server_->holds_run(); });
}

}  // namespace
}  // namespace monsoon
