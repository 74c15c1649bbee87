#include "controller/core/dataset/permutation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<int> Shuffled(int size, uint64_t seed) {
  std::vector<int> values(static_cast<size_t>(size));
  std::iota(values.begin(), values.end(), 0);
  SeededShuffle(values, seed);
  return values;
}

// The vector that circulates with the generator's reference code.
TEST(SplitMix64Test, GivesTheReferenceVector) {
  SplitMix64 generator(1234567);
  EXPECT_EQ(generator.Next(), 6457827717110365317u);
  EXPECT_EQ(generator.Next(), 3203168211198807973u);
  EXPECT_EQ(generator.Next(), 9817491932198370423u);
  EXPECT_EQ(generator.Next(), 4593380528125082431u);
  EXPECT_EQ(generator.Next(), 16408922859458223821u);
}

// Worked out by another program (Python integers): the order must never change.
TEST(SeededShuffleTest, GivesTheGoldenOrder) {
  EXPECT_THAT(Shuffled(10, 0), ElementsAre(6, 3, 2, 9, 8, 1, 4, 7, 0, 5));
  EXPECT_THAT(Shuffled(10, 42), ElementsAre(0, 9, 5, 8, 6, 4, 7, 2, 1, 3));
}

TEST(SeededShuffleTest, KeepsEveryElementOnce) {
  for (int size = 0; size < 200; ++size) {
    std::vector<int> values = Shuffled(size, static_cast<uint64_t>(size) * 77);
    std::sort(values.begin(), values.end());
    for (int i = 0; i < size; ++i) {
      ASSERT_EQ(values[static_cast<size_t>(i)], i);
    }
  }
}

TEST(SeededShuffleTest, IsAFunctionOfTheSeed) {
  EXPECT_EQ(Shuffled(100, 5), Shuffled(100, 5));
  EXPECT_NE(Shuffled(100, 5), Shuffled(100, 6));
  EXPECT_THAT(Shuffled(0, 5), IsEmpty());
  EXPECT_THAT(Shuffled(1, 5), ElementsAre(0));
}

TEST(SeededShuffleTest, FavoursNoOrder) {
  std::map<std::vector<int>, int> seen;
  for (uint64_t seed = 0; seed < 6000; ++seed) {
    ++seen[Shuffled(3, seed)];
  }
  EXPECT_EQ(seen.size(), 6u);
  for (const auto& [order, count] : seen) {
    EXPECT_NEAR(count, 1000, 120);  // four standard deviations of binomial(6000, 1/6) are 115
  }
}

}  // namespace
}  // namespace monsoon
