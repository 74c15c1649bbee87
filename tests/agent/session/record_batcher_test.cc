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
  EXPECT_FALSE(batcher.Add(7, Record(0, 400)).has_value());
  const auto batch = batcher.Add(7, Record(1, 400));
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->sequence, 1u);
  EXPECT_EQ(batch->case_index, 7);
  ASSERT_EQ(batch->records.size(), 2u);
  EXPECT_EQ(batch->records[1].request_index, 1u);
  EXPECT_FALSE(batcher.Flush().has_value());
  EXPECT_EQ(batcher.last_sequence(), 1u);
}

TEST(RecordBatcher, TheTextOfAnswersCounts) {
  RecordBatcher batcher(1000);
  RequestRecord record = Record(0);
  record.answer = {.text = std::string(900, 'x'), .runs = {{TextChannel::kContent, 900}}};
  const auto batch = batcher.Add(7, record);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->records[0].answer, record.answer);
  EXPECT_GT(batch->size_bytes, 1000);
}

TEST(RecordBatcher, FlushClosesWhateverIsOpen) {
  RecordBatcher batcher(1 << 20);
  EXPECT_EQ(batcher.last_sequence(), 0u);
  batcher.Add(0, Record(5));
  const auto batch = batcher.Flush();
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->records.front().request_index, 5u);
}

}  // namespace
}  // namespace monsoon
