// Records that come after their case was over: what the case says of its losses keeps up with them.
#include "controller/io/run/late_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/controller/report/sample_run.h"
#include "tests/controller/store/temp_dir.h"

namespace monsoon {
namespace {

using testing::ElementsAre;

class LateRecordsTest : public testing::Test {
 protected:
  void SetUp() override {
    db_ = std::move(*RunDb::Create(dir_ / "run.db"));
    facts_ = MakeSampleRun().cases[0].facts;
    facts_.agents = {{.name = "a:1"}, {.name = "b:1"}};
  }
  // Requests 3, 4 and 5 were lost with `agent`.
  void Lose(const std::string& agent) {
    std::vector<RequestRecord> lost;
    for (const uint64_t index : {3, 4, 5}) {
      lost.push_back({.request_index = index, .status = RequestStatus::kLost});
    }
    ASSERT_TRUE(db_->AppendUnreported(facts_.spec.index, agent, "r.", 0, lost).ok());
    ASSERT_TRUE(db_->WriteCase(facts_).ok());
  }
  void TellLate(uint64_t index) {
    const std::vector<RequestRecord> records = {StreamedRecord(index, 0, 5'000, 100, 4)};
    ASSERT_TRUE(
        db_->AppendRecords({"a:1", 1, index, "i"}, facts_.spec.index, "r.", 0, records).ok());
  }
  CaseFacts Stored() { return db_->ReadCases().value().at(0); }
  std::vector<RequestStatus> Statuses() {
    std::vector<RequestStatus> statuses;
    const absl::Status read = db_->ForEachRecord(
        facts_.spec.index,
        [&statuses](const RequestRecord& record) { statuses.push_back(record.status); });
    EXPECT_TRUE(read.ok()) << read;
    return statuses;
  }

  TempDir dir_;
  std::unique_ptr<RunDb> db_;
  CaseFacts facts_;
};

TEST_F(LateRecordsTest, TheLossOfACaseIsCountedAgain) {
  const std::string begin = "agent a:1 was lost 3.0 s after the start (it is silent): ";
  const std::string end = "; the other agent did the rest at concurrency 8 of 8";
  facts_.incomplete_reasons = {begin + "3 requests that it held are lost" + end};
  facts_.agents[0].lost = true;
  facts_.agents[0].lost_requests = 3;
  facts_.agents[1].reported = true;
  Lose("a:1");

  TellLate(4);
  ASSERT_TRUE(RecountLost(*db_).ok());
  EXPECT_THAT(Stored().incomplete_reasons,
              ElementsAre(begin + "2 requests that it held are lost" + end));
  EXPECT_EQ(Stored().agents[0].lost_requests, 2);

  TellLate(5);
  facts_ = Stored();
  facts_.agents[0].reported = true;  // and that was all: request 3 never reached it
  ASSERT_TRUE(RecountLost(*db_, facts_).ok());
  EXPECT_THAT(Stored().incomplete_reasons,
              ElementsAre(begin + "nothing that it held is lost" + end));
  EXPECT_EQ(Stored().agents[0].lost_requests, 0);
  EXPECT_TRUE(Stored().agents[0].lost) << "the case went on without it all the same";
  EXPECT_THAT(Statuses(),
              ElementsAre(RequestStatus::kNotSent, RequestStatus::kOk, RequestStatus::kOk));
}

TEST_F(LateRecordsTest, AnInterruptedCaseForgetsWhatIsKnownByNow) {
  facts_.state = CaseState::kInterrupted;
  facts_.incomplete_reasons = {"The controller died"};
  for (AgentFacts& agent : facts_.agents) {
    agent.lost = true;
    agent.lost_reason = "nobody answered";
    facts_.incomplete_reasons.push_back(NotAllIsKnown(agent));
  }
  facts_.incomplete_reasons.push_back(MayBeLost(3, 2));
  Lose("");

  TellLate(4);
  facts_.agents[0].reported = true;
  ASSERT_TRUE(RecountLost(*db_, facts_).ok());
  EXPECT_THAT(Stored().incomplete_reasons,
              ElementsAre("The controller died", NotAllIsKnown(facts_.agents[1]), MayBeLost(2, 1)));
  EXPECT_FALSE(Stored().agents[0].lost);
  EXPECT_EQ(Stored().agents[1].lost_requests, 2);

  facts_.agents[1].reported = true;
  ASSERT_TRUE(RecountLost(*db_, facts_).ok());
  EXPECT_THAT(Stored().incomplete_reasons, ElementsAre("The controller died"));
  EXPECT_THAT(Statuses(),
              ElementsAre(RequestStatus::kNotSent, RequestStatus::kOk, RequestStatus::kNotSent));
}

}  // namespace
}  // namespace monsoon
