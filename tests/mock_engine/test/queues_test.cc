// The small containers: timer queue, slot queue, slot table, lateness histogram.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/mock_engine/lateness_histogram.h"
#include "tests/mock_engine/random.h"
#include "tests/mock_engine/slot_queue.h"
#include "tests/mock_engine/slot_table.h"
#include "tests/mock_engine/timer_queue.h"

namespace monsoon::mock_engine {
namespace {

TEST(TimerQueueTest, GivesWhatIsDueEarliestFirst) {
  TimerQueue queue;
  queue.Push(30, 3);
  queue.Push(10, 1);
  queue.Push(20, 2);
  TimerQueue::Entry entry;
  EXPECT_FALSE(queue.PopDue(9, &entry));
  ASSERT_TRUE(queue.PopDue(25, &entry));
  EXPECT_EQ(entry.key, 1u);
  ASSERT_TRUE(queue.PopDue(25, &entry));
  EXPECT_EQ(entry.key, 2u);
  EXPECT_FALSE(queue.PopDue(25, &entry));
  EXPECT_EQ(queue.top().due_ns, 30);
}

TEST(TimerQueueTest, SortsManyRandomTimes) {
  TimerQueue queue;
  Random random(7);
  for (int i = 0; i < 1000; ++i) queue.Push(static_cast<int64_t>(random.Below(500)), i);
  TimerQueue::Entry entry;
  int64_t last_ns = 0;
  while (queue.PopDue(1000, &entry)) {
    EXPECT_GE(entry.due_ns, last_ns);
    last_ns = entry.due_ns;
  }
  EXPECT_TRUE(queue.empty());
}

TEST(SlotQueueTest, QueuesInOrderAboveTheLimit) {
  SlotQueue slots(2);
  EXPECT_TRUE(slots.Acquire(1));
  EXPECT_TRUE(slots.Acquire(2));
  EXPECT_FALSE(slots.Acquire(3));
  EXPECT_FALSE(slots.Acquire(4));
  EXPECT_FALSE(slots.Acquire(5));
  slots.Cancel(4);
  EXPECT_EQ(slots.Release(), 3u);
  EXPECT_EQ(slots.Release(), 5u);
  EXPECT_EQ(slots.used(), 2);
  EXPECT_EQ(slots.Release(), std::nullopt);
  EXPECT_EQ(slots.used(), 1);
  EXPECT_TRUE(slots.Acquire(6));
}

TEST(SlotQueueTest, ZeroIsNoLimit) {
  SlotQueue slots(0);
  for (uint64_t key = 0; key < 100; ++key) EXPECT_TRUE(slots.Acquire(key));
}

struct Thing {
  Thing(uint64_t own_key, int value) : key(own_key), value(value) {}
  uint64_t key;
  int value;
};

TEST(SlotTableTest, AKeyDiesWithItsObject) {
  SlotTable<Thing> table;
  const uint64_t first = table.Emplace(1).key;
  const uint64_t second = table.Emplace(2).key;
  EXPECT_EQ(table.Find(second)->value, 2);
  table.Erase(first);
  EXPECT_EQ(table.Find(first), nullptr);
  const uint64_t third = table.Emplace(3).key;
  EXPECT_EQ(static_cast<uint32_t>(third), static_cast<uint32_t>(first));  // the place is used again
  EXPECT_NE(third, first);
  EXPECT_EQ(table.Find(first), nullptr);
  table.Erase(first);
  EXPECT_EQ(table.Find(third)->value, 3);
  EXPECT_EQ(table.Find(999), nullptr);
}

TEST(LatenessHistogramTest, SmallValuesAreExact) {
  LatenessHistogram histogram;
  for (int64_t value = 1; value <= 10; ++value) histogram.Add(value);
  EXPECT_EQ(histogram.Percentile(0.5), 5u);
  EXPECT_EQ(histogram.Percentile(1.0), 10u);
  EXPECT_EQ(histogram.max_ns(), 10u);
}

TEST(LatenessHistogramTest, LargeValuesAreWithinASixteenth) {
  for (const int64_t value : {17, 1000, 123'456, 987'654'321}) {
    LatenessHistogram histogram;
    histogram.Add(value);
    histogram.Add(INT64_MAX);
    EXPECT_GE(histogram.Percentile(0.5), static_cast<uint64_t>(value));
    EXPECT_LE(histogram.Percentile(0.5), static_cast<uint64_t>(value) * 17 / 16);
  }
}

TEST(LatenessHistogramTest, MergesAndKeepsEarlyAsZero) {
  LatenessHistogram a;
  LatenessHistogram b;
  EXPECT_EQ(a.Percentile(0.99), 0u);
  a.Add(-5);
  b.Add(12);
  a.Merge(b);
  EXPECT_EQ(a.count(), 2u);
  EXPECT_EQ(a.Percentile(0.5), 0u);
  EXPECT_EQ(a.Percentile(0.99), 12u);
}

}  // namespace
}  // namespace monsoon::mock_engine
