// What an agent's observer hears: every event once, in the order in which things happened.
#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "tests/agent/service/collect_fixture.h"
#include "tests/agent/service/event_recorder.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AgentObserverTest : public CollectTest {
 protected:
  AgentOptions MakeOptions() override {
    AgentOptions options = CollectTest::MakeOptions();
    options.observer = &recorder_;
    return options;
  }

  // The server goes before its observer.
  void TearDown() override {
    control_ = nullptr;
    data_ = nullptr;
    server_ = nullptr;
  }

  void Await(const std::function<bool()>& condition) {
    const int64_t deadline_ns = clock_.MonotonicNs() + 10 * kNsPerS;
    while (!condition()) {
      ASSERT_LT(clock_.MonotonicNs(), deadline_ns);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  template <typename Kind>
  std::vector<Kind> AwaitAll(size_t count) {
    Await([&] { return recorder_.All<Kind>().size() >= count; });
    return recorder_.All<Kind>();
  }

  EventRecorder recorder_;
};

TEST_F(AgentObserverTest, HearsAWholeRun) {
  BeginRun();
  const v1::CaseDone done = RunCase(engine_, 0, 5);
  data_->ReadTo(done.last_sequence());
  data_->Acknowledge(done.last_sequence());
  control_->EndRun();
  EXPECT_TRUE(control_->Close().ok());
  const auto over = AwaitAll<RunEnded>(1);
  EXPECT_EQ(over[0].reason, "");
  EXPECT_EQ(over[0].left_bytes, 0);
  const auto taken = recorder_.All<RunTaken>();
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_EQ(taken[0].run_id, "run");
  EXPECT_THAT(taken[0].controller, HasSubstr("ipv4:127.0.0.1"));
  ASSERT_THAT(recorder_.All<CasePrepared>(), SizeIs(1));
  EXPECT_EQ(recorder_.All<CasePrepared>()[0].engine_address, engine_.address());
  EXPECT_THAT(recorder_.All<CaseStarted>(), SizeIs(1));
  EXPECT_THAT(recorder_.All<ControlBroken>(), IsEmpty());
  const auto ended = recorder_.All<CaseEnded>();
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ended[0].counts.tally.ok, 5u);
  EXPECT_EQ(ended[0].counts.finished, 5u);
  EXPECT_EQ(ended[0].counts.token_events, 15u);
}

TEST_F(AgentObserverTest, HearsOfAConnectionThatBreaksAndIsBack) {
  BeginRun();
  LoseController();
  EXPECT_EQ(AwaitAll<ControlBroken>(1)[0].run_id, "run");
  ResumeRun(0);
  const auto resumed = AwaitAll<RunResumed>(1);
  EXPECT_EQ(resumed[0].run_id, "run");
  EXPECT_THAT(resumed[0].controller, HasSubstr("ipv4:127.0.0.1"));
  EXPECT_THAT(recorder_.All<RunTaken>(), SizeIs(1));
  EXPECT_THAT(recorder_.All<RunEnded>(), IsEmpty());
}

// Whoever is told of the end of the run first, its reason is not lost.
TEST_F(AgentObserverTest, HearsWhyARunEnded) {
  BeginRun();
  data_->Send(v1::DataRequest());
  EXPECT_THAT(AwaitAll<RunEnded>(1)[0].reason, HasSubstr("does not know"));
  BeginRun();
  server_->Shutdown();
  const auto ended = AwaitAll<RunEnded>(2);
  ASSERT_THAT(ended, SizeIs(2));
  EXPECT_EQ(ended[1].reason, "the agent was stopped");
}

TEST_F(AgentObserverTest, HearsTheEndOfARunBeforeTheNextIsTaken) {
  BeginRun(300);
  LoseController();
  SleepMs(500);
  RawControl next(port());
  next.Hello(v1::Hello::PURPOSE_RUN, 0, "next");
  next.Await(Kind::kWelcome);
  std::vector<std::string> order;
  for (const ServiceEvent& event : recorder_.Events()) {
    if (const auto* taken = std::get_if<RunTaken>(&event)) order.push_back("+" + taken->run_id);
    if (const auto* ended = std::get_if<RunEnded>(&event)) order.push_back("-" + ended->run_id);
  }
  EXPECT_THAT(order, ElementsAre("+run", "-run", "+next"));
}

TEST_F(AgentObserverTest, HearsOfSpillingAndCollecting) {
  BeginRun(500);
  StartCase(endless_, 4);
  LoseController();
  EXPECT_EQ(Collect(false).refusal.code(), v1::Refusal::CODE_BUSY);
  EXPECT_THAT(AwaitAll<monsoon::Refused>(1)[0].message, HasSubstr("still holds this agent"));
  Await([this] { return recorder_.last().spilled_bytes > 0; });
  EXPECT_EQ(recorder_.last().spilled_bytes, recorder_.last().unacknowledged_bytes);

  EXPECT_THAT(Collect(false).sessions, SizeIs(1));
  const auto left = AwaitAll<RunEnded>(1);
  EXPECT_THAT(left[0].reason, HasSubstr("collected"));
  EXPECT_GT(left[0].left_bytes, 0);
  EXPECT_THAT(Collect(true).sessions, SizeIs(1));
  const auto collected = AwaitAll<SpoolCollected>(2);
  ASSERT_THAT(collected, SizeIs(2));
  EXPECT_EQ(collected[0].run_id, "run");
  EXPECT_EQ(collected[0].sessions, 1);
  EXPECT_EQ(collected[0].confirmed, 0);
  EXPECT_EQ(collected[1].confirmed, 1);
}

TEST_F(AgentObserverTest, HearsWhoIsTurnedAway) {
  BeginRun();
  v1::Welcome other = welcome_;
  other.set_instance_id("another");
  RawControl resumer(port());
  resumer.Resume(other, 0);
  resumer.Await(Kind::kRefusal);
  EXPECT_THAT(AwaitAll<monsoon::Refused>(1)[0].message, HasSubstr("is gone"));
  RawControl confused(port());
  confused.Resume(welcome_, 1000);
  EXPECT_FALSE(confused.Close().ok());
  EXPECT_THAT(AwaitAll<monsoon::Refused>(2)[1].message, HasSubstr("never sent"));
}

class NoSpoolTest : public AgentObserverTest {
 protected:
  AgentOptions MakeOptions() override {
    AgentOptions options = AgentObserverTest::MakeOptions();
    options.spool_folder = "";
    return options;
  }
};

TEST_F(NoSpoolTest, RecordsThatCannotBeKeptAreToldOnceAndThenLost) {
  BeginRun(300);
  StartCase(endless_, 2);
  LoseController();
  EXPECT_FALSE(AwaitAll<SpillFailed>(1)[0].lost);
  server_->Shutdown();
  const auto failed = AwaitAll<SpillFailed>(2);
  ASSERT_THAT(failed, SizeIs(2));
  EXPECT_TRUE(failed[1].lost);
}

}  // namespace
}  // namespace monsoon
