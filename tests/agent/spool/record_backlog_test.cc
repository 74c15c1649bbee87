#include "agent/core/spool/record_backlog.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

class RecordBacklogTest : public ::testing::Test {
 protected:
  void AddTo(uint64_t last) {
    for (; added_ < last; ++added_) backlog_.Add(added_ + 1, std::string(10, 'x'));
  }
  // Sends everything that is left; the sequences.
  std::vector<uint64_t> SendAll() {
    std::vector<uint64_t> sent;
    while (const RecordBacklog::Batch* batch = backlog_.NextToSend()) {
      sent.push_back(batch->sequence);
      backlog_.Sent();
    }
    return sent;
  }

  RecordBacklog backlog_;
  uint64_t added_ = 0;
};

TEST_F(RecordBacklogTest, SendsEachOnceUntilAStreamIsNew) {
  AddTo(3);
  EXPECT_EQ(SendAll(), (std::vector<uint64_t>{1, 2, 3}));
  AddTo(4);
  EXPECT_EQ(SendAll(), (std::vector<uint64_t>{4}));
  backlog_.Acknowledge(2);
  EXPECT_TRUE(SendAll().empty());
  backlog_.Rewind();
  EXPECT_EQ(SendAll(), (std::vector<uint64_t>{3, 4}));
}

TEST_F(RecordBacklogTest, AnAcknowledgementFromAnEarlierStreamOvertakesTheSending) {
  AddTo(5);
  backlog_.Sent();
  backlog_.Acknowledge(3);  // 2 and 3 need not be sent
  EXPECT_EQ(SendAll(), (std::vector<uint64_t>{4, 5}));
}

TEST_F(RecordBacklogTest, CountsWhatIsInMemoryAndInAll) {
  AddTo(4);
  EXPECT_EQ(backlog_.memory_bytes(), 40);
  ASSERT_EQ(backlog_.OldestInMemory()->sequence, 1u);
  backlog_.Spilled({.segment = 1, .offset = 5, .size = 10});
  EXPECT_EQ(backlog_.OldestInMemory()->sequence, 2u);
  EXPECT_EQ(backlog_.memory_bytes(), 30);
  EXPECT_EQ(backlog_.total_bytes(), 40);
  EXPECT_EQ(backlog_.NextToSend()->bytes, nullptr);
  EXPECT_EQ(backlog_.NextToSend()->place.offset, 5);
  backlog_.Acknowledge(2);
  EXPECT_EQ(backlog_.memory_bytes(), 20);
  EXPECT_EQ(backlog_.total_bytes(), 20);
  EXPECT_EQ(backlog_.OldestInMemory()->sequence, 3u);
  EXPECT_EQ(backlog_.acknowledged(), 2u);
}

TEST_F(RecordBacklogTest, OldAndUnknownNumbersDoNoHarm) {
  AddTo(3);
  backlog_.Acknowledge(2);
  backlog_.Acknowledge(1);
  EXPECT_EQ(backlog_.total_bytes(), 10);
  backlog_.Acknowledge(99);
  EXPECT_TRUE(backlog_.empty());
  EXPECT_EQ(backlog_.acknowledged(), 3u);
  EXPECT_EQ(backlog_.memory_bytes(), 0);
  EXPECT_EQ(backlog_.OldestInMemory(), nullptr);
  EXPECT_EQ(backlog_.NextToSend(), nullptr);
}

}  // namespace
}  // namespace monsoon
