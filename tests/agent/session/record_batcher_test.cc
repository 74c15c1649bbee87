#include "agent/core/session/record_batcher.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

RequestRecord Record(uint64_t index, size_t gap_bytes = 0) {
  RequestRecord record;
  record.request_index = index;
  record.gaps.assign(gap_bytes, 'x');
  return record;
}

TEST(RecordBatcher, ClosesABatchWhenItIsFull) {
  RecordBatcher batcher(1000);
  EXPECT_EQ(batcher.Add(7, Record(0, 400)), nullptr);
  const auto batch = batcher.Add(7, Record(1, 400));
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(batch->sequence, 1u);
  EXPECT_EQ(batch->case_index, 7);
  ASSERT_EQ(batch->records.size(), 2u);
  EXPECT_EQ(batch->records[1].request_index, 1u);
  EXPECT_EQ(batcher.Flush(), nullptr);
  EXPECT_EQ(batcher.last_sequence(), 1u);
}

// The memory for what the controller has not acknowledged is bounded by what this adds up.
TEST(RecordBatcher, TheTextOfAnswersCounts) {
  RecordBatcher batcher(1000);
  RequestRecord record = Record(0);
  record.answer = {.text = std::string(900, 'x'), .runs = {{TextChannel::kContent, 900}}};
  const auto batch = batcher.Add(7, record);
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(batch->records[0].answer, record.answer);
  EXPECT_GT(batcher.unacknowledged_bytes(), 1000);
}

TEST(RecordBatcher, FlushClosesWhateverIsOpen) {
  RecordBatcher batcher(1 << 20);
  EXPECT_EQ(batcher.last_sequence(), 0u);
  batcher.Add(0, Record(5));
  const auto batch = batcher.Flush();
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(batch->records.front().request_index, 5u);
}

TEST(RecordBatcher, KeepsEveryBatchUntilItIsAcknowledged) {
  RecordBatcher batcher(1);
  for (uint64_t i = 0; i < 5; ++i) batcher.Add(0, Record(i));
  EXPECT_EQ(batcher.unacknowledged().size(), 5u);
  batcher.Acknowledge(3);
  ASSERT_EQ(batcher.unacknowledged().size(), 2u);
  EXPECT_EQ(batcher.unacknowledged().front()->sequence, 4u);
  batcher.Acknowledge(2);  // late and out of order
  EXPECT_EQ(batcher.unacknowledged().size(), 2u);
  batcher.Acknowledge(99);
  EXPECT_TRUE(batcher.unacknowledged().empty());
  EXPECT_EQ(batcher.unacknowledged_bytes(), 0);
}

}  // namespace
}  // namespace monsoon
