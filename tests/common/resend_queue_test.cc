#include "common/session/resend_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Note {
  int content = 0;
  uint64_t kept_number = 0;
  void set_number(uint64_t number) { kept_number = number; }
  uint64_t number() const { return kept_number; }
};

std::vector<uint64_t> Kept(const ResendQueue<Note>& queue) {
  std::vector<uint64_t> numbers;
  queue.ForEachKept([&](const Note& note) { numbers.push_back(note.number()); });
  return numbers;
}

TEST(ResendQueueTest, NumbersFromOneAndKeepsUntilAcknowledged) {
  ResendQueue<Note> queue;
  EXPECT_EQ(queue.last_number(), 0);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(queue.Add({.content = i}).number(), i + 1);
  EXPECT_TRUE(queue.Acknowledge(2));
  EXPECT_THAT(Kept(queue), ElementsAre(3, 4));
  EXPECT_TRUE(queue.Acknowledge(1));  // an older word, overtaken
  EXPECT_THAT(Kept(queue), ElementsAre(3, 4));
  EXPECT_TRUE(queue.Acknowledge(4));
  EXPECT_THAT(Kept(queue), IsEmpty());
  EXPECT_EQ(queue.last_number(), 4);
}

TEST(ResendQueueTest, RefusesANumberThatItNeverGave) {
  ResendQueue<Note> queue;
  queue.Add({});
  EXPECT_FALSE(queue.Acknowledge(2));
  EXPECT_THAT(Kept(queue), ElementsAre(1));
}

TEST(ReceivedNumbersTest, TellsNewFromRepeatedAndSeesAGap) {
  using Verdict = ReceivedNumbers::Verdict;
  ReceivedNumbers received;
  EXPECT_EQ(received.Take(0), Verdict::kNew);  // not numbered
  EXPECT_EQ(received.Take(1), Verdict::kNew);
  EXPECT_EQ(received.Take(1), Verdict::kRepeated);
  EXPECT_EQ(received.Take(3), Verdict::kGap);
  EXPECT_EQ(received.highest(), 1);
  EXPECT_EQ(received.Take(2), Verdict::kNew);
  EXPECT_EQ(received.Take(3), Verdict::kNew);
}

// Connections break at random places, on the way there or on the way back; whatever happens, every
// message is taken once, in order.
TEST(ResendQueueTest, EveryMessageArrivesOnceInOrderWhateverBreaks) {
  for (uint32_t seed = 0; seed < 500; ++seed) {
    std::mt19937 random(seed);
    ResendQueue<Note> queue;
    ReceivedNumbers received;
    std::vector<int> taken;
    std::vector<Note> wire;
    int added = 0;
    while (taken.size() < 50) {
      switch (random() % 5) {
        case 0:
        case 1:
          if (added < 50) wire.push_back(queue.Add({.content = added++}));
          break;
        case 2:  // what is under way arrives, up to some point
          for (size_t count = random() % (wire.size() + 1); count > 0; --count) {
            const Note note = wire.front();
            wire.erase(wire.begin());
            const auto verdict = received.Take(note.number());
            ASSERT_NE(verdict, ReceivedNumbers::Verdict::kGap) << "seed " << seed;
            if (verdict == ReceivedNumbers::Verdict::kNew) taken.push_back(note.content);
          }
          break;
        case 3:
          ASSERT_TRUE(queue.Acknowledge(received.highest()));
          break;
        case 4:  // the connection breaks, and another one is made
          wire.clear();
          if (random() % 2 == 0) {
            ASSERT_TRUE(queue.Acknowledge(received.highest()));
          }
          queue.ForEachKept([&](const Note& note) { wire.push_back(note); });
          break;
      }
    }
    for (int i = 0; i < 50; ++i) ASSERT_EQ(taken[i], i) << "seed " << seed;
  }
}

}  // namespace
}  // namespace monsoon
