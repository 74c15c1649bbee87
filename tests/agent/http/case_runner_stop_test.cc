// Ways to end a case early: drain, cancel, a lease that ran out. Conservation holds in all: what
// was started has a record, what was not can be taken back, and the engine saw no more than that.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/agent/http/runner_fixture.h"

namespace monsoon {
namespace {

class CaseRunnerStopTest : public RunnerTest {
 protected:
  // Answers of 100 ms, or of hours.
  LiveEngine short_{20, 5 * kNsPerMs, 5 * kNsPerMs};
  LiveEngine endless_{1'000'000, 5 * kNsPerMs, 5 * kNsPerMs};

  // Ten requests on two slots; returns when two are being answered.
  void Begin(LiveEngine& engine) {
    Make(engine.Case(2));
    Add(0, 10);
    Start();
    Collect([this] { return runner_->counters().started == 2; });
    Collect([this] { return clock_.MonotonicNs() >= runner_->start_ns() + 30 * kNsPerMs; });
  }

  // The two that were started have records of `status`, the other eight were never sent.
  void ExpectTwoRecords(LiveEngine& engine, RequestStatus status, const std::string& outcome) {
    CollectToTheEnd();
    EXPECT_EQ(runner_->TakeBack(100).size(), 8u);
    ASSERT_EQ(records_.size(), 2u);
    const LiveEngine::Rows rows = engine.Truth();
    EXPECT_EQ(rows.size(), 2u);
    for (const auto& [index, record] : records_) {
      EXPECT_EQ(record.status, status);
      EXPECT_NE(record.sent_ns, kNever);
      EXPECT_NE(record.done_ns, kNever);
      ASSERT_EQ(rows.count(IdOf(index)), 1u);
      EXPECT_EQ(rows.at(IdOf(index)).at("outcome"), outcome);
    }
    EXPECT_EQ(runner_->counters().finished, 2u);
  }
};

TEST_F(CaseRunnerStopTest, DrainLetsWhatIsInFlightFinish) {
  Begin(short_);
  runner_->Stop(LoadMode::kDrain);
  ExpectTwoRecords(short_, RequestStatus::kOk, "ok");
}

TEST_F(CaseRunnerStopTest, CancelBreaksItOff) {
  Begin(endless_);
  runner_->Stop(LoadMode::kCancel);
  // The engine notices before it is stopped; 10 s is the fixture's patience.
  CollectToTheEnd();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ExpectTwoRecords(endless_, RequestStatus::kCancelled, "client_closed");
  for (const auto& [index, record] : records_) EXPECT_EQ(record.error_class, ErrorClass::kNone);
}

TEST_F(CaseRunnerStopTest, CancelAfterDrainIsStricter) {
  Begin(endless_);
  runner_->Stop(LoadMode::kDrain);
  runner_->Stop(LoadMode::kCancel);
  runner_->Stop(LoadMode::kDrain);
  EXPECT_EQ(runner_->mode(), LoadMode::kCancel);
  CollectToTheEnd();
  EXPECT_EQ(records_.size(), 2u);
}

TEST_F(CaseRunnerStopTest, AnExpiredLeaseCancelsAndSendsNothingMore) {
  Begin(endless_);
  const int64_t now_ns = clock_.MonotonicNs();
  const int64_t until_ns = now_ns + 30 * kNsPerMs;
  runner_->RenewLease(now_ns, until_ns);
  CollectToTheEnd();
  EXPECT_EQ(runner_->mode(), LoadMode::kCancel);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ExpectTwoRecords(endless_, RequestStatus::kCancelled, "client_closed");
  for (const auto& [index, record] : records_) {
    EXPECT_GE(runner_->start_ns() + record.done_ns, until_ns);
  }
}

TEST_F(CaseRunnerStopTest, ALeaseThatRanOutBeforeTheStartSendsNothing) {
  Make(short_.Case(2));
  Add(0, 10);
  const int64_t now_ns = clock_.MonotonicNs();
  runner_->RenewLease(now_ns, now_ns + kNsPerMs);
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  Start();
  // Heard after it ran out: too late.
  runner_->RenewLease(clock_.MonotonicNs(), clock_.MonotonicNs() + kNsPerS);
  CollectToTheEnd();
  EXPECT_TRUE(records_.empty());
  EXPECT_EQ(runner_->TakeBack(100).size(), 10u);
  EXPECT_TRUE(short_.Truth().empty());
}

TEST_F(CaseRunnerStopTest, ALeaseThatRunsOutEndsACaseThatWasNeverStarted) {
  Make(short_.Case(2));
  Add(0, 3);
  const int64_t now_ns = clock_.MonotonicNs();
  runner_->RenewLease(now_ns, now_ns + kNsPerMs);
  runner_->CheckLease(now_ns);
  EXPECT_FALSE(runner_->ended());
  runner_->CheckLease(now_ns + 2 * kNsPerMs);
  CollectToTheEnd();
  EXPECT_EQ(runner_->TakeBack(100).size(), 3u);
}

TEST_F(CaseRunnerStopTest, ALeaseThatIsRenewedLasts) {
  Make(short_.Case(2));
  Add(0, 4);
  Start();
  runner_->NoMoreWork();
  // Each renewal alone would not outlast one answer.
  Collect([this] {
    const int64_t now_ns = clock_.MonotonicNs();
    runner_->RenewLease(now_ns, now_ns + 60 * kNsPerMs);
    return runner_->ended();
  });
  EXPECT_EQ(runner_->mode(), LoadMode::kRun);
  EXPECT_EQ(records_.size(), 4u);
}

TEST_F(CaseRunnerStopTest, StoppingBeforeTheStartSendsNothing) {
  Make(short_.Case(2));
  Add(0, 3);
  runner_->Stop(LoadMode::kDrain);
  CollectToTheEnd();
  EXPECT_EQ(runner_->TakeBack(100).size(), 3u);
  EXPECT_TRUE(short_.Truth().empty());
}

TEST_F(CaseRunnerStopTest, DestructionBreaksOffWhatIsInFlight) {
  Begin(endless_);
  const int64_t before_ns = clock_.MonotonicNs();
  runner_ = nullptr;
  EXPECT_LT(clock_.MonotonicNs() - before_ns, kNsPerS);
}

}  // namespace
}  // namespace monsoon
