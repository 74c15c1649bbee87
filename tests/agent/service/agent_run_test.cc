// Whole cases over the raw protocol, against a mock engine.
#include <gmock/gmock.h>

#include <algorithm>

#include "common/stats/log_histogram.h"
#include "tests/agent/service/service_fixture.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AgentRunTest : public ServiceTest {
 protected:
  LiveEngine engine_{3, 2 * kNsPerMs, kNsPerMs};
};

TEST_F(AgentRunTest, ACaseFromPrepareToTheLastAcknowledgement) {
  BeginRun();
  const v1::CaseDone done = RunCase(engine_, 0, 6);
  EXPECT_EQ(done.case_index(), 0u);
  EXPECT_GE(done.last_sequence(), 1u);
  EXPECT_GE(done.new_connections(), 1u);
  EXPECT_EQ(done.new_connections() + done.reused_connections(), 6u);
  EXPECT_EQ(done.gave_up(), "");
  EXPECT_TRUE(LogHistogram::Parse(done.loop_lag_histogram()).ok());

  const std::vector<v1::RequestRecord> records = data_->ReadTo(done.last_sequence());
  EXPECT_THAT(Indices(records), ElementsAre(0, 1, 2, 3, 4, 5));
  for (const v1::RequestRecord& record : records) {
    EXPECT_EQ(record.status(), v1::REQUEST_STATUS_OK) << record.error_message();
    EXPECT_GE(record.dispatched_ns(), 0);
    EXPECT_EQ(record.output_tokens(), 3u);
  }
  data_->Acknowledge(done.last_sequence());
  EXPECT_TRUE(data_->Close().ok());
  EXPECT_TRUE(control_->Close().ok());

  const LiveEngine::Rows rows = engine_.Truth();
  EXPECT_EQ(rows.size(), 6u);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(rows.count("run.0." + std::to_string(i)), 1u);
}

TEST_F(AgentRunTest, SequencesCountOverTheWholeRun) {
  BeginRun();
  const v1::CaseDone first = RunCase(engine_, 0, 2);
  EXPECT_EQ(data_->ReadTo(first.last_sequence()).size(), 2u);
  data_->Acknowledge(first.last_sequence());
  const v1::CaseDone second = RunCase(engine_, 1, 2);
  EXPECT_EQ(second.case_index(), 1u);
  EXPECT_GT(second.last_sequence(), first.last_sequence());
  const std::optional<v1::RecordBatch> batch = data_->Read();
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->sequence(), first.last_sequence() + 1);
  EXPECT_EQ(batch->case_index(), 1u);
}

TEST_F(AgentRunTest, ACaseThatCannotBeCarriedIsNotReadyAndTheNextOneMayBe) {
  BeginRun();
  AgentCase forbidden = engine_.Case(1);
  forbidden.engine.url = "http://169.254.169.254/";
  control_->Prepare(forbidden);
  EXPECT_THAT(control_->Await(Kind::kReady).ready().error(), HasSubstr("169.254.169.254"));
  PrepareCase(engine_);
}

TEST_F(AgentRunTest, StopTurnsQueuedWorkIntoRecordsNotSent) {
  BeginRun();
  PrepareCase(engine_);
  data_->Work(0, 10, 3);
  control_->AwaitProgress(3, 0);
  control_->Stop(0, v1::Stop::MODE_DRAIN);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_EQ(done.gave_up(), "");
  const std::vector<v1::RequestRecord> records = data_->ReadTo(done.last_sequence());
  EXPECT_THAT(Indices(records), ElementsAre(10, 11, 12));
  for (const v1::RequestRecord& record : records) {
    EXPECT_EQ(record.status(), v1::REQUEST_STATUS_NOT_SENT);
    EXPECT_FALSE(record.has_dispatched_ns());
  }
  EXPECT_TRUE(engine_.Truth().empty());
}

TEST_F(AgentRunTest, RecalledWorkHasNoRecord) {
  BeginRun();
  PrepareCase(engine_);
  data_->Work(0, 0, 5);
  control_->AwaitProgress(5, 0);
  control_->Recall(2);
  const v1::Recalled recalled = control_->Await(Kind::kRecalled).recalled();
  EXPECT_EQ(recalled.request_indices_size(), 2);
  control_->Start(0, clock_.MonotonicNs());
  control_->AwaitProgress(5, 3);
  control_->FinishCase(0);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  std::multiset<uint64_t> all = Indices(data_->ReadTo(done.last_sequence()));
  EXPECT_EQ(all.size(), 3u);
  all.insert(recalled.request_indices().begin(), recalled.request_indices().end());
  EXPECT_THAT(all, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(engine_.Truth().size(), 3u);
}

TEST_F(AgentRunTest, RecallWithoutACaseBringsNothing) {
  BeginRun();
  control_->Recall(3);
  EXPECT_THAT(control_->Await(Kind::kRecalled).recalled().request_indices(), IsEmpty());
}

TEST_F(AgentRunTest, ASilentControllerLosesItsLease) {
  LiveEngine endless(1'000'000, kNsPerMs, 5 * kNsPerMs);
  const int64_t hello_ns = clock_.MonotonicNs();
  BeginRun(200);
  PrepareCase(endless);
  data_->Work(0, 0, 4);
  control_->AwaitProgress(4, 0);
  const int64_t start_ns = clock_.MonotonicNs();
  control_->Start(0, start_ns);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_GE(clock_.MonotonicNs() - hello_ns, 200 * kNsPerMs);
  EXPECT_LT(clock_.MonotonicNs() - start_ns, 2 * kNsPerS);
  EXPECT_THAT(done.gave_up(), HasSubstr("lease"));
  std::multiset<int> statuses;
  for (const v1::RequestRecord& record : data_->ReadTo(done.last_sequence())) {
    statuses.insert(record.status());
  }
  EXPECT_THAT(statuses, ElementsAre(v1::REQUEST_STATUS_CANCELLED, v1::REQUEST_STATUS_CANCELLED,
                                    v1::REQUEST_STATUS_NOT_SENT, v1::REQUEST_STATUS_NOT_SENT));
  EXPECT_EQ(endless.Truth().size(), 2u);
}

TEST_F(AgentRunTest, MoreMayBeInFlightAfterResize) {
  LiveEngine endless(1'000'000, kNsPerMs, 5 * kNsPerMs);
  BeginRun();
  PrepareCase(endless);
  data_->Work(0, 0, 6);
  control_->AwaitProgress(6, 0);
  control_->Start(0, clock_.MonotonicNs());
  control_->Resize(0, 5);
  uint64_t in_flight = 0;
  while (in_flight < 5) {
    const v1::ControlResponse response = control_->Await(Kind::kProgress);
    ASSERT_TRUE(response.has_progress());
    in_flight = response.progress().in_flight();
  }
  control_->Stop(0, v1::Stop::MODE_CANCEL);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_EQ(data_->ReadTo(done.last_sequence()).size(), 6u);
  EXPECT_EQ(endless.Truth().size(), 5u);
}

TEST_F(AgentRunTest, AResizeThatCannotBeFollowedEndsTheRunWithAWord) {
  for (const uint64_t concurrency : {uint64_t{1}, uint64_t{1} << 40}) {
    BeginRun();
    PrepareCase(engine_);
    control_->Resize(0, concurrency);
    const grpc::Status status = control_->Close();
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(status.error_message(), HasSubstr(std::to_string(concurrency)));
  }
}

// They crossed the end of their case on the way.
TEST_F(AgentRunTest, WordsForACaseThatIsNotHereAreIgnored) {
  BeginRun();
  control_->Start(0, clock_.MonotonicNs());
  control_->FinishCase(0);
  control_->Stop(0, v1::Stop::MODE_CANCEL);
  PrepareCase(engine_, 1);
  data_->Work(1, 0, 2);
  control_->AwaitProgress(2, 0);
  control_->Start(0, clock_.MonotonicNs());
  control_->FinishCase(2);
  control_->Stop(0, v1::Stop::MODE_CANCEL);
  // Answered after the three, and nothing was started by them.
  control_->Recall(1);
  EXPECT_EQ(control_->Await(Kind::kRecalled).recalled().request_indices_size(), 1);
  control_->Start(1, clock_.MonotonicNs());
  control_->AwaitProgress(2, 1);
  control_->FinishCase(1);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_EQ(data_->ReadTo(done.last_sequence()).size(), 1u);
  EXPECT_EQ(engine_.Truth().size(), 1u);
}

TEST_F(AgentRunTest, ASecondPrepareWhileACaseRunsEndsTheRun) {
  BeginRun();
  PrepareCase(engine_);
  control_->Prepare(engine_.Case(1));
  EXPECT_EQ(control_->Close().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

// Neither what there is to say to it nor the thread that would say it is kept for ever.
TEST_F(AgentRunTest, AControllerThatSpeaksAndDoesNotListenIsCutOff) {
  BeginRun();
  v1::ControlRequest ping;
  ping.mutable_ping()->set_id(1);
  const int64_t begin_ns = clock_.MonotonicNs();
  while (control_->Send(ping) && clock_.MonotonicNs() - begin_ns < 15 * kNsPerS) continue;
  EXPECT_LT(clock_.MonotonicNs() - begin_ns, 15 * kNsPerS);
  EXPECT_FALSE(control_->Close().ok());
  BeginRun();
  EXPECT_EQ(welcome_.epoch(), 2u);
}

TEST_F(AgentRunTest, AnEmptyMessageEndsTheRunWithAWord) {
  BeginRun();
  control_->Send(v1::ControlRequest());
  const grpc::Status status = control_->Close();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("update"));
}

}  // namespace
}  // namespace monsoon
