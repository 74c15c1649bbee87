// Load threads in an open loop: requests leave when they are due, and not before; what finds too
// many in flight is written down as not sent; what was held when the case ended is given back.
#include <gmock/gmock.h>

#include "tests/agent/http/runner_fixture.h"

namespace monsoon {
namespace {

class OpenLoopRunnerTest : public RunnerTest {
 protected:
  void MakeOpen(const LiveEngine& engine, int64_t max_in_flight) {
    AgentCase agent_case = engine.Case(max_in_flight);
    agent_case.open_loop = OpenLoop{200};
    Make(agent_case);
  }
  int64_t CountStatus(RequestStatus status) const {
    int64_t count = 0;
    for (const auto& [index, record] : records_) count += record.status == status;
    return count;
  }
};

TEST_F(OpenLoopRunnerTest, SendsEachRequestOnceAndNotBeforeItIsDue) {
  LiveEngine engine(3, 20 * kNsPerMs, kNsPerMs);
  MakeOpen(engine, 500);
  AddDue(0, 60, 0, 5 * kNsPerMs);
  Start();
  AddDue(60, 60, 300 * kNsPerMs, 5 * kNsPerMs);  // more comes while it runs
  runner_->NoMoreWork();
  CollectToTheEnd();
  ASSERT_EQ(records_.size(), 120u);
  for (const auto& [index, record] : records_) {
    SCOPED_TRACE(index);
    EXPECT_EQ(record.status, RequestStatus::kOk) << record.error_message;
    EXPECT_EQ(record.intended_ns, static_cast<int64_t>(index) * 5 * kNsPerMs);
    EXPECT_GE(record.dispatched_ns, record.intended_ns);
    EXPECT_TRUE(record.has_flag(kFlagScheduled));
  }
  EXPECT_EQ(runner_->counters().finished, 120u);
  EXPECT_EQ(runner_->counters().starved_slot_ns, 0);
  EXPECT_EQ(engine.Truth().size(), 120u);
}

TEST_F(OpenLoopRunnerTest, RefusesWhatFindsTooManyInFlight) {
  LiveEngine engine(2, 10 * kNsPerS, kNsPerMs);
  MakeOpen(engine, 4);
  AddDue(0, 40, 0, kNsPerMs);
  Start();
  Collect([this] { return runner_->counters().finished >= 36; });
  EXPECT_EQ(CountStatus(RequestStatus::kNotSent), 36);
  for (const auto& [index, record] : records_) {
    EXPECT_TRUE(record.has_flag(kFlagOverLimit)) << index;
    EXPECT_EQ(record.dispatched_ns, kNever);
    EXPECT_EQ(record.intended_ns, static_cast<int64_t>(index) * kNsPerMs);
  }
  runner_->Stop(LoadMode::kCancel);
  CollectToTheEnd();
  EXPECT_EQ(CountStatus(RequestStatus::kCancelled), 4);
  EXPECT_EQ(records_.size(), 40u);
}

TEST_F(OpenLoopRunnerTest, GivesBackWhatWasNotDueYet) {
  LiveEngine engine(2, kNsPerMs, kNsPerMs);
  MakeOpen(engine, 4);
  AddDue(0, 2, 0, 0);
  AddDue(2, 30, 3600 * kNsPerS, kNsPerS);
  Start();
  Collect([this] { return runner_->counters().finished >= 2; });
  runner_->Stop(LoadMode::kDrain);
  CollectToTheEnd();
  for (const auto& request : runner_->TakeBack(1000)) {
    records_[request->request_index] = NotSentRecord(*request);
  }
  EXPECT_EQ(records_.size(), 32u);
  EXPECT_EQ(CountStatus(RequestStatus::kOk), 2);
  EXPECT_EQ(CountStatus(RequestStatus::kNotSent), 30);
  EXPECT_FALSE(records_[2].has_flag(kFlagOverLimit));
  EXPECT_TRUE(records_[2].has_flag(kFlagScheduled));
}

TEST_F(OpenLoopRunnerTest, AHigherLimitHoldsFromThenOn) {
  LiveEngine engine(2, 10 * kNsPerS, kNsPerMs);
  MakeOpen(engine, 4);
  AddDue(0, 40, 0, kNsPerMs);
  Start();
  Collect([this] { return runner_->counters().finished >= 36; });
  ASSERT_TRUE(runner_->Resize(10, 400).ok());
  EXPECT_EQ(runner_->concurrency(), 10);
  // Each loop takes it up at its next turn.
  AddDue(40, 40, clock_.MonotonicNs() - runner_->start_ns() + 100 * kNsPerMs, kNsPerMs);
  Collect([this] { return runner_->counters().finished >= 70; });
  EXPECT_EQ(CountStatus(RequestStatus::kNotSent), 70);
  runner_->Stop(LoadMode::kCancel);
  CollectToTheEnd();
  EXPECT_EQ(CountStatus(RequestStatus::kCancelled), 10);
  EXPECT_EQ(engine.Truth().size(), 10u);
}

}  // namespace
}  // namespace monsoon
