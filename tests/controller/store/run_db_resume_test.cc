// What RunDb keeps for the day on which the controller dies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/io/store/handed_mark.h"
#include "controller/io/store/run_db.h"
#include "tests/controller/report/sample_run.h"
#include "tests/controller/store/temp_dir.h"

namespace monsoon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<RequestRecord> Records(uint64_t first, uint64_t count) {
  std::vector<RequestRecord> records;
  for (uint64_t i = first; i < first + count; ++i) {
    records.push_back(StreamedRecord(i, 1'000 * static_cast<int64_t>(i), 5'000, 100, 4));
  }
  return records;
}

std::vector<RequestRecord> Unreported(RequestStatus status, std::vector<uint64_t> indices) {
  std::vector<RequestRecord> records;
  for (const uint64_t index : indices) {
    records.push_back({.request_index = index, .status = status});
  }
  return records;
}

std::vector<StoredRequest> ReadAll(RunDb& db, int32_t case_index = 0) {
  std::vector<StoredRequest> rows;
  const absl::Status status =
      db.ForEachRequest(case_index, [&rows](const StoredRequest& row) { rows.push_back(row); });
  EXPECT_TRUE(status.ok()) << status;
  return rows;
}

class RunDbResumeTest : public testing::Test {
 protected:
  void SetUp() override { db_ = std::move(*RunDb::Create(dir_ / "run.db")); }

  TempDir dir_;
  std::unique_ptr<RunDb> db_;
};

TEST_F(RunDbResumeTest, ALateRecordReplacesWhatTheControllerHadToSay) {
  for (const RequestStatus status : {RequestStatus::kLost, RequestStatus::kNotSent}) {
    const int32_t case_index = status == RequestStatus::kLost ? 0 : 1;
    ASSERT_TRUE(
        db_->AppendUnreported(case_index, "a:1", "r.", 0, Unreported(status, {3, 4, 5})).ok());
    ASSERT_TRUE(db_->AppendRecords({"b:1", 1, uint64_t(case_index) + 1, "i"}, case_index, "r.", 7,
                                   Records(4, 1))
                    .ok());
    const std::vector<StoredRequest> rows = ReadAll(*db_, case_index);
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0].record.status, status);
    EXPECT_EQ(rows[1].record.status, RequestStatus::kOk);
    EXPECT_EQ(rows[1].agent, "b:1");
    EXPECT_EQ(rows[1].record.dispatched_ns, 4'007);
    EXPECT_EQ(rows[2].record.status, status);
  }
}

// An agent that was lost before the start says so of work that somebody else has got since.
TEST_F(RunDbResumeTest, ARecordThatSaysNotSentGivesWay) {
  const auto not_sent = Unreported(RequestStatus::kNotSent, {0, 1});
  ASSERT_TRUE(db_->AppendRecords({"b:1", 1, 1, "i"}, 0, "r.", 0, Records(0, 1)).ok());
  ASSERT_TRUE(db_->AppendRecords({"a:1", 1, 1, "i"}, 0, "r.", 0, not_sent).ok());
  ASSERT_TRUE(db_->AppendRecords({"b:1", 1, 2, "i"}, 0, "r.", 0, Records(1, 1)).ok());
  const std::vector<StoredRequest> rows = ReadAll(*db_);
  ASSERT_EQ(rows.size(), 2u);
  for (const StoredRequest& row : rows) {
    EXPECT_EQ(row.record.status, RequestStatus::kOk);
    EXPECT_EQ(row.agent, "b:1");
  }
}

TEST_F(RunDbResumeTest, ASecondTrueRecordIsAnError) {
  ASSERT_TRUE(db_->AppendRecords({"a:1", 1, 1, "i"}, 0, "r.", 0, Records(0, 1)).ok());
  EXPECT_EQ(db_->AppendRecords({"b:1", 1, 1, "i"}, 0, "r.", 0, Records(0, 1)).code(),
            absl::StatusCode::kAlreadyExists);
  // A late one, and then a second late one.
  ASSERT_TRUE(db_->AppendUnreported(0, "a:1", "r.", 0, Unreported(RequestStatus::kLost, {1})).ok());
  ASSERT_TRUE(db_->AppendRecords({"a:1", 1, 2, "i"}, 0, "r.", 0, Records(1, 1)).ok());
  EXPECT_EQ(db_->AppendRecords({"a:1", 1, 3, "i"}, 0, "r.", 0, Records(1, 1)).code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(RunDbResumeTest, WhatTheControllerSaysReplacesNothing) {
  ASSERT_TRUE(db_->AppendRecords({"a:1", 1, 1, "i"}, 0, "r.", 0, Records(0, 2)).ok());
  const auto lost = Unreported(RequestStatus::kLost, {1, 2});
  ASSERT_TRUE(db_->AppendUnreported(0, "a:1", "r.", 0, lost).ok());
  ASSERT_TRUE(db_->AppendUnreported(0, "", "r.", 0, Unreported(RequestStatus::kNotSent, {2})).ok());
  const std::vector<StoredRequest> rows = ReadAll(*db_);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].record.status, RequestStatus::kOk);
  EXPECT_EQ(rows[2].record.status, RequestStatus::kLost);
  EXPECT_EQ(rows[2].agent, "a:1");
}

TEST_F(RunDbResumeTest, ABatchOfAnotherProcessIsAnotherBatch) {
  ASSERT_TRUE(db_->AppendRecords({"a:1", 1, 1, "first"}, 0, "r.", 0, Records(0, 2)).ok());
  ASSERT_TRUE(db_->AppendRecords({"a:1", 1, 1, "second"}, 0, "r.", 0, Records(2, 2)).ok());
  ASSERT_TRUE(db_->AppendRecords({"a:1", 1, 1, "second"}, 0, "r.", 0, Records(2, 2)).ok());
  EXPECT_EQ(ReadAll(*db_).size(), 4u);
}

TEST_F(RunDbResumeTest, KnowsWhichBatchesOfASessionAreMissing) {
  for (const uint64_t sequence : {1, 2, 4}) {
    ASSERT_TRUE(
        db_->AppendRecords({"a:1", 1, sequence, "i"}, 0, "r.", 0, Records(sequence, 1)).ok());
  }
  EXPECT_TRUE(*db_->HasBatches({"a:1", 1, 0, "i"}));
  EXPECT_TRUE(*db_->HasBatches({"a:1", 1, 2, "i"}));
  EXPECT_FALSE(*db_->HasBatches({"a:1", 1, 4, "i"}));
  EXPECT_FALSE(*db_->HasBatches({"a:1", 2, 2, "i"}));
  EXPECT_FALSE(*db_->HasBatches({"a:1", 1, 2, "j"}));
}

TEST_F(RunDbResumeTest, LostRequestsAreCountedByAgentUntilARecordComes) {
  ASSERT_TRUE(
      db_->AppendUnreported(0, "a:1", "r.", 0, Unreported(RequestStatus::kLost, {1, 2, 3})).ok());
  ASSERT_TRUE(db_->AppendUnreported(0, "", "r.", 0, Unreported(RequestStatus::kLost, {4})).ok());
  ASSERT_TRUE(db_->AppendUnreported(0, "", "r.", 0, Unreported(RequestStatus::kNotSent, {5})).ok());
  ASSERT_TRUE(db_->AppendUnreported(1, "a:1", "r.", 0, Unreported(RequestStatus::kLost, {1})).ok());
  EXPECT_THAT(*db_->CountLost(0), ElementsAre(Pair("", 1), Pair("a:1", 3)));
  ASSERT_TRUE(db_->AppendRecords({"a:1", 1, 1, "i"}, 0, "r.", 0, Records(2, 1)).ok());
  EXPECT_THAT(*db_->CountLost(0), ElementsAre(Pair("", 1), Pair("a:1", 2)));

  ASSERT_TRUE(db_->TakeBackLost(0, "a:1").ok());
  EXPECT_THAT(*db_->CountLost(0), ElementsAre(Pair("", 1)));
  const std::vector<StoredRequest> rows = ReadAll(*db_);
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[0].record.status, RequestStatus::kNotSent);
  EXPECT_EQ(rows[0].agent, "");
  EXPECT_EQ(rows[1].record.status, RequestStatus::kOk);
  EXPECT_THAT(*db_->CountLost(1), ElementsAre(Pair("a:1", 1)));
}

TEST_F(RunDbResumeTest, MissingRequestsAreThoseWithoutARow) {
  EXPECT_THAT(*db_->MissingRequests(0, 3), ElementsAre(0, 1, 2));
  ASSERT_TRUE(db_->AppendRecords({"a:1", 1, 1, "i"}, 0, "r.", 0, Records(1, 2)).ok());
  ASSERT_TRUE(db_->AppendRecords({"a:1", 1, 2, "i"}, 0, "r.", 0, Records(5, 1)).ok());
  EXPECT_THAT(*db_->MissingRequests(0, 7), ElementsAre(0, 3, 4, 6));
  EXPECT_THAT(*db_->MissingRequests(0, 2), ElementsAre(0));
  EXPECT_THAT(*db_->MissingRequests(0, 0), IsEmpty());
}

TEST_F(RunDbResumeTest, TheHandedMarkGoesAheadOfWhatIsHandedOutAndNeverBack) {
  HandedMark mark(db_.get(), 3, 10'000);
  EXPECT_EQ(*db_->ReadHanded(3), 0u);
  uint64_t commits = 0;
  uint64_t before = 0;
  for (uint64_t index = 0; index < 10'000; ++index) {
    ASSERT_TRUE(mark.Cover(index).ok());
    const uint64_t below = *db_->ReadHanded(3);
    ASSERT_GT(below, index);
    ASSERT_LE(below, index + HandedMark::kMaxStep);
    if (below != before) ++commits;
    before = below;
  }
  EXPECT_EQ(before, 10'000u) << "nothing is planned beyond";
  EXPECT_LT(commits, 50u);
  ASSERT_TRUE(mark.Cover(5).ok()) << "one that was called back";
  ASSERT_TRUE(db_->WriteHanded(3, 17).ok());
  EXPECT_EQ(*db_->ReadHanded(3), 10'000u);
  EXPECT_EQ(*db_->ReadHanded(2), 0u);
}

TEST_F(RunDbResumeTest, ACaseThatWasNeverSentIsForgottenButNotItsBatches) {
  CaseFacts first;
  first.spec.index = 0;
  ASSERT_TRUE(db_->WriteCase(first).ok());
  CaseFacts second;
  second.spec.index = 1;
  second.attempt = 2;
  second.supersedes = 0;
  second.state = CaseState::kRunning;
  second.start_ns = kNever;
  second.agents.push_back({.name = "a:1", .instance_id = "i", .epoch = 4});
  ASSERT_TRUE(db_->WriteCase(second).ok());
  ASSERT_TRUE(db_->WriteHanded(1, 64).ok());
  const BatchId batch{"a:1", 4, 1, "i"};
  const auto records = Unreported(RequestStatus::kNotSent, {0, 1});
  ASSERT_TRUE(db_->AppendRecords(batch, 1, "r.", 0, records).ok());
  std::vector<CaseFacts> cases = *db_->ReadCases();
  ASSERT_EQ(cases.size(), 2u);
  EXPECT_EQ(cases[0].superseded_by, 1);
  EXPECT_EQ(cases[1].supersedes, 0);
  EXPECT_EQ(cases[1].attempt, 2);
  EXPECT_EQ(cases[1].state, CaseState::kRunning);
  EXPECT_EQ(cases[1].start_ns, kNever);
  EXPECT_EQ(cases[1].agents[0].instance_id, "i");
  EXPECT_EQ(cases[1].agents[0].epoch, 4u);

  ASSERT_TRUE(db_->ForgetCase(1).ok());
  cases = *db_->ReadCases();
  ASSERT_EQ(cases.size(), 1u);
  EXPECT_EQ(cases[0].superseded_by, std::nullopt);
  EXPECT_EQ(*db_->ReadHanded(1), 0u);
  ASSERT_TRUE(db_->AppendRecords(batch, 1, "r.", 0, records).ok());
  EXPECT_THAT(ReadAll(*db_, 1), IsEmpty()) << "that batch had come before";
}

TEST_F(RunDbResumeTest, TimeZeroResumesAndTheFleetComeBack) {
  RunFacts run{.run_id = "x"};
  run.zero = {.boot_id = "b-1", .monotonic_ns = 12, .wall_ns = 34};
  run.invocation = R"({"agents": []})";
  ASSERT_TRUE(db_->WriteRun(run).ok());
  ASSERT_TRUE(db_->AddResume({.at_wall_ns = 5, .note = "first"}).ok());
  ASSERT_TRUE(db_->AddResume({.at_wall_ns = 6, .note = "second"}).ok());
  CaseFacts facts;
  facts.state = CaseState::kInterrupted;
  facts.first_send_skew_ns = 1'500;
  facts.first_send_skew_bound_ns = 90;
  facts.agents.push_back({.name = "a:1",
                          .clock_round_trip_ns = 11,
                          .clock_drift_ppm = -2.5,
                          .weight = 3,
                          .suspected_count = 2,
                          .suspected_ns = 99,
                          .first_send_ns = 1'234,
                          .lost_requests = 5,
                          .reported = true});
  facts.agents.push_back({.name = "b:1"});
  ASSERT_TRUE(db_->WriteCase(facts).ok());
  db_ = nullptr;

  const auto db = std::move(*RunDb::Open(dir_ / "run.db"));
  const RunFacts read = *db->ReadRun();
  EXPECT_EQ(read.zero.boot_id, "b-1");
  EXPECT_EQ(read.zero.monotonic_ns, 12);
  EXPECT_EQ(read.zero.wall_ns, 34);
  EXPECT_EQ(read.invocation, run.invocation);
  ASSERT_EQ(read.resumes.size(), 2u);
  EXPECT_EQ(read.resumes[1].note, "second");
  const CaseFacts one = db->ReadCases()->at(0);
  EXPECT_EQ(one.state, CaseState::kInterrupted);
  EXPECT_EQ(one.first_send_skew_ns, 1'500);
  EXPECT_EQ(one.first_send_skew_bound_ns, 90);
  EXPECT_EQ(one.agents[0].clock_round_trip_ns, 11);
  EXPECT_EQ(one.agents[0].clock_drift_ppm, -2.5);
  EXPECT_EQ(one.agents[0].weight, 3);
  EXPECT_EQ(one.agents[0].suspected_count, 2);
  EXPECT_EQ(one.agents[0].suspected_ns, 99);
  EXPECT_EQ(one.agents[0].first_send_ns, 1'234);
  EXPECT_EQ(one.agents[0].lost_requests, 5);
  EXPECT_TRUE(one.agents[0].reported);
  EXPECT_EQ(one.agents[1].first_send_ns, kNever);
  EXPECT_FALSE(one.agents[1].reported);
}

}  // namespace
}  // namespace monsoon
