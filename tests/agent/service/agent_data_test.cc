// The Data stream: who may attach, what breaks it, and what a broken one loses (nothing).
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "common/wire/convert_case.h"
#include "tests/agent/service/service_fixture.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AgentDataTest : public ServiceTest {
 protected:
  // A new Data stream, as soon as the agent has noticed that the old one is gone.
  void AttachAgain() {
    const int64_t deadline_ns = clock_.MonotonicNs() + 5 * kNsPerS;
    for (;;) {
      data_ = std::make_unique<RawData>(port());
      if (data_->Attach("run", welcome_)) return;
      ASSERT_LT(clock_.MonotonicNs(), deadline_ns);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  void ExpectRefused(const std::string& run_id, const v1::Welcome& welcome) {
    RawData data(port());
    EXPECT_FALSE(data.Attach(run_id, welcome));
    const grpc::Status status = data.Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_NE(status.error_message(), "");
  }

  LiveEngine engine_{2, kNsPerMs, kNsPerMs};
};

TEST_F(AgentDataTest, OnlyTheRunThatHoldsTheAgentMayAttach) {
  control_ = std::make_unique<RawControl>(port());
  control_->Hello(v1::Hello::PURPOSE_RUN);
  welcome_ = control_->Await(Kind::kWelcome).welcome();
  v1::Welcome epoch = welcome_;
  epoch.set_epoch(welcome_.epoch() + 1);
  ExpectRefused("run", epoch);
  v1::Welcome instance = welcome_;
  instance.set_instance_id("another");
  ExpectRefused("run", instance);
  ExpectRefused("another", welcome_);
  AttachAgain();
}

// The old one may be a connection whose end nobody has noticed yet.
TEST_F(AgentDataTest, ANewStreamReplacesTheOldOne) {
  BeginRun();
  const std::unique_ptr<RawData> old = std::move(data_);
  data_ = std::make_unique<RawData>(port());
  EXPECT_TRUE(data_->Attach("run", welcome_));
  EXPECT_EQ(old->Finish().error_code(), grpc::StatusCode::CANCELLED);
  const v1::CaseDone done = RunCase(engine_, 0, 3);
  EXPECT_EQ(data_->ReadTo(done.last_sequence()).size(), 3u);
}

TEST_F(AgentDataTest, TheFirstMessageIsAttach) {
  BeginRun();
  RawData data(port());
  data.Acknowledge(1);
  EXPECT_EQ(data.Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(AgentDataTest, WithoutARunNobodyMayAttach) { ExpectRefused("run", v1::Welcome()); }

TEST_F(AgentDataTest, WorkThatNamesAnUnknownItemIsTheControllersError) {
  BeginRun();
  PrepareCase(engine_);
  v1::DataRequest request;
  v1::WorkEntry* entry = request.mutable_work()->add_entries();
  entry->set_request_index(17);
  entry->set_item_id(std::string(16, '\x01'));
  data_->Send(request);
  const grpc::Status status = data_->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("request 17"));
  EXPECT_THAT(status.error_message(), HasSubstr("01010101"));
  // It was received, so it would not come again: that is the end of the run.
  EXPECT_FALSE(control_->Close().ok());
  BeginRun();
}

TEST_F(AgentDataTest, AnIntendedTimeInAClosedLoopIsTheControllersError) {
  BeginRun();
  PrepareCase(engine_);
  const Item item{ItemKind::kPrompt, "why?"};
  const ItemId id = ComputeItemId(item.kind, item.content);
  v1::DataRequest items;
  ToProto(id, item, items.mutable_items()->add_items());
  data_->Send(items);
  v1::DataRequest request;
  v1::WorkEntry* entry = request.mutable_work()->add_entries();
  entry->set_request_index(17);
  entry->set_item_id(ItemIdBytes(id));
  entry->set_intended_ns(0);
  data_->Send(request);
  const grpc::Status status = data_->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("intended time in a closed loop"));
}

TEST_F(AgentDataTest, ADamagedItemIsRefused) {
  BeginRun();
  v1::DataRequest request;
  request.mutable_items()->add_items()->set_id(std::string(16, '\x01'));
  data_->Send(request);
  const grpc::Status status = data_->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("damaged"));
}

TEST_F(AgentDataTest, WhatWasNotAcknowledgedComesAgain) {
  BeginRun();
  const v1::CaseDone done = RunCase(engine_, 0, 5);
  std::vector<v1::RecordBatch> first;
  while (first.empty() || first.back().sequence() < done.last_sequence()) {
    const std::optional<v1::RecordBatch> batch = data_->Read();
    ASSERT_TRUE(batch.has_value());
    first.push_back(*batch);
  }
  data_->Cancel();
  AttachAgain();
  for (const v1::RecordBatch& batch : first) {
    const std::optional<v1::RecordBatch> again = data_->Read();
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->SerializeAsString(), batch.SerializeAsString());
  }
  // Acknowledged, it does not come a third time: the next batch is a new one.
  data_->Acknowledge(done.last_sequence());
  EXPECT_TRUE(data_->Close().ok());
  AttachAgain();
  RunCase(engine_, 1, 1);
  const std::optional<v1::RecordBatch> next = data_->Read();
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->sequence(), done.last_sequence() + 1);
}

TEST_F(AgentDataTest, RecordsMadeWithoutADataStreamAreKept) {
  BeginRun();
  PrepareCase(engine_);
  data_->Work(0, 0, 3);
  control_->AwaitProgress(3, 0);
  EXPECT_TRUE(data_->Close().ok());
  control_->Start(0, clock_.MonotonicNs());
  control_->AwaitProgress(3, 3);
  control_->FinishCase(0);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  AttachAgain();
  EXPECT_THAT(Indices(data_->ReadTo(done.last_sequence())), ElementsAre(0, 1, 2));
}

// Control and Data are two connections, so a Stop may overtake the last Work. It is never sent, not
// as part of the next case either, and the run goes on.
TEST_F(AgentDataTest, WorkThatAStopOvertookIsNeverSent) {
  BeginRun();
  PrepareCase(engine_, 0);
  control_->Stop(0, v1::Stop::MODE_CANCEL);
  control_->Await(Kind::kCaseDone);
  data_->Work(0, 0, 2);
  PrepareCase(engine_, 1);
  data_->Work(0, 2, 2);
  data_->Work(1, 7, 1);
  control_->AwaitProgress(1, 0);
  control_->Start(1, clock_.MonotonicNs());
  control_->AwaitProgress(1, 1);
  control_->FinishCase(1);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_THAT(Indices(data_->ReadTo(done.last_sequence())), ElementsAre(7));
  const LiveEngine::Rows rows = engine_.Truth();
  EXPECT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows.count("run.1.7"), 1u);
}

}  // namespace
}  // namespace monsoon
