#include "common/concurrency/bounded_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace monsoon {
namespace {

TEST(BoundedQueue, IsFirstInFirstOutAndBounded) {
  BoundedQueue<int> queue(3);
  EXPECT_EQ(queue.capacity(), 4u);
  for (int i = 0; i < 4; ++i) {
    int value = i;
    EXPECT_TRUE(queue.TryPush(value));
  }
  int refused = 99;
  EXPECT_FALSE(queue.TryPush(refused));
  EXPECT_EQ(refused, 99);
  int value = -1;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(queue.TryPop(value));
    EXPECT_EQ(value, i);
  }
  EXPECT_FALSE(queue.TryPop(value));
}

TEST(BoundedQueue, BuffersTravelBackInsteadOfBeingFreed) {
  BoundedQueue<std::string> queue(2);
  std::string first(100, 'a');
  const char* buffer = first.data();
  ASSERT_TRUE(queue.TryPush(first));
  std::string taken;
  ASSERT_TRUE(queue.TryPop(taken));
  EXPECT_EQ(taken.data(), buffer);
}

TEST(BoundedQueue, EveryValueReachesExactlyOneConsumer) {
  constexpr int kValues = 20000;
  constexpr int kConsumers = 3;
  BoundedQueue<int> queue(64);
  std::atomic<bool> done{false};
  std::vector<std::vector<int>> taken(kConsumers);
  std::vector<std::thread> consumers;
  for (int c = 0; c < kConsumers; ++c) {
    consumers.emplace_back([&, c] {
      int value = 0;
      for (;;) {
        const bool last_look = done;
        if (queue.TryPop(value)) {
          taken[c].push_back(value);
        } else if (last_look) {
          return;
        } else {
          std::this_thread::yield();
        }
      }
    });
  }
  for (int i = 0; i < kValues; ++i) {
    int value = i;
    while (!queue.TryPush(value)) std::this_thread::yield();
  }
  done = true;
  for (std::thread& consumer : consumers) consumer.join();
  std::multiset<int> all;
  for (const auto& values : taken) {
    EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
    all.insert(values.begin(), values.end());
  }
  ASSERT_EQ(all.size(), static_cast<size_t>(kValues));
  for (int i = 0; i < kValues; ++i) ASSERT_EQ(all.count(i), 1u) << i;
}

}  // namespace
}  // namespace monsoon
