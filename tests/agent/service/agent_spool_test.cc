// Records that find no room in memory: to disk and back again, and what there is to say when the
// disk has none either.
#include <gmock/gmock.h>

#include <memory>

#include "tests/agent/service/collect_fixture.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TinyMemoryTest : public CollectTest {
 protected:
  TinyMemoryTest() { memory_bytes_ = 1; }
};

TEST_F(TinyMemoryTest, RecordsTakeTheWayOverTheDisk) {
  BeginRun();
  const v1::CaseDone first = RunCase(engine_, 0, 5);
  const v1::CaseDone second = RunCase(engine_, 1, 5);
  EXPECT_EQ(spools_.BatchFiles().size(), 1u);
  EXPECT_THAT(Indices(data_->ReadTo(first.last_sequence())), ElementsAre(0, 1, 2, 3, 4));
  std::vector<v1::RequestRecord> rest;
  for (uint64_t sequence = first.last_sequence(); sequence < second.last_sequence();) {
    const std::optional<v1::RecordBatch> batch = data_->Read();
    ASSERT_TRUE(batch.has_value());
    EXPECT_EQ(batch->sequence(), ++sequence);
    rest.insert(rest.end(), batch->records().begin(), batch->records().end());
  }
  EXPECT_THAT(Indices(rest), ElementsAre(0, 1, 2, 3, 4));
  data_->Acknowledge(second.last_sequence());
  EXPECT_TRUE(data_->Close().ok());
  control_->EndRun();
  EXPECT_TRUE(control_->Close().ok());
  EXPECT_THAT(spools_.Sessions(), IsEmpty());
}

// As after SIGKILL in the middle of a write.
TEST_F(TinyMemoryTest, ATornEndCostsTheLastBatchOnly) {
  BeginRun();
  const v1::CaseDone first = RunCase(engine_, 0, 2);
  const v1::CaseDone second = RunCase(engine_, 1, 2);
  ASSERT_GT(second.last_sequence(), first.last_sequence());
  Restart();
  SpoolFolder::Cut(spools_.BatchFiles().at(0), 1);
  const Collected all = Collect(true);
  EXPECT_EQ(all.sessions.at(0).last_sequence(), second.last_sequence() - 1);
  EXPECT_LT(all.records.size(), 4u);
  EXPECT_GE(all.records.size(), 2u);
  EXPECT_EQ(all.ends.size(), 2u);
}

class NoRoomTest : public CollectTest {
 protected:
  NoRoomTest() { limits_.max_bytes = 1000; }
};

// Whoever collects must not throw away what the agent could only keep in memory.
TEST_F(NoRoomTest, WhatDoesNotFitTheDiskIsNotGivenUp) {
  BeginRun(300);
  StartCase(endless_, 4);
  LoseController();
  SleepMs(600);
  const Collected none = Collect(true);
  EXPECT_EQ(none.refusal.code(), v1::Refusal::CODE_BUSY);
  EXPECT_THAT(none.refusal.message(), HasSubstr("limit of 1000 bytes"));
  EXPECT_GT(none.refusal.retry_after_ms(), 0u);
  ResumeRun(1);
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_THAT(Indices(data_->ReadTo(done.last_sequence())), ElementsAre(0, 1, 2, 3));
}

class FullDiskTest : public CollectTest {
 protected:
  FullDiskTest() {
    memory_bytes_ = 1;
    limits_.max_bytes = 1000;
  }
};

TEST_F(FullDiskTest, EndsTheCaseWithAWordAndKeepsItsCounts) {
  BeginRun();
  EXPECT_TRUE(data_->Close().ok());
  PrepareCase(engine_);
  data_ = std::make_unique<RawData>(port());
  ASSERT_TRUE(data_->Attach("run", welcome_));
  data_->Work(0, 0, 4000);
  control_->AwaitProgress(4000, 0);
  control_->Start(0, clock_.MonotonicNs());
  const v1::CaseDone done = control_->Await(Kind::kCaseDone).case_done();
  EXPECT_THAT(done.gave_up(), HasSubstr("there is no more room for them"));
  EXPECT_THAT(done.gave_up(), HasSubstr("limit of 1000 bytes"));
  const std::multiset<uint64_t> indices = Indices(data_->ReadTo(done.last_sequence()));
  EXPECT_EQ(indices.size(), 4000u);
  EXPECT_EQ(std::set<uint64_t>(indices.begin(), indices.end()).size(), 4000u);
}

}  // namespace
}  // namespace monsoon
