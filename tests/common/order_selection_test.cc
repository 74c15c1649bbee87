#include "common/stats/order_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

namespace monsoon {
namespace {

using testing::ElementsAre;

std::vector<double> Select(const std::vector<double>& values, const std::vector<uint64_t>& ranks,
                           size_t max_members, int* passes = nullptr) {
  OrderSelection selection(max_members);
  for (const double value : values) selection.Count(value);
  selection.Want(ranks);
  int count = 1;
  for (; !selection.complete(); ++count) {
    for (const double value : values) selection.Look(value);
    selection.EndPass();
  }
  if (passes != nullptr) *passes = count;
  std::vector<double> found;
  for (size_t i = 0; i < ranks.size(); ++i) found.push_back(selection.Value(i));
  return found;
}

TEST(OrderKeyTest, KeepsTheOrderOfDoublesAndGivesThemBack) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<double> ascending = {-kInfinity, -1e300, -2, -1, -5e-324, 0,        5e-324,
                                         1e-9,       1,      2,  3,  1e300,   kInfinity};
  for (size_t i = 0; i < ascending.size(); ++i) {
    EXPECT_EQ(FromOrderKey(OrderKey(ascending[i])), ascending[i]);
    EXPECT_TRUE(i == 0 || OrderKey(ascending[i - 1]) < OrderKey(ascending[i]));
  }
  EXPECT_EQ(OrderKey(-0.0), OrderKey(0.0));
}

TEST(OrderSelectionTest, FewValuesByHand) {
  EXPECT_THAT(Select({7}, {0, 0}, 1), ElementsAre(7, 7));
  EXPECT_THAT(Select({3, -1, 2}, {2, 0, 1, 0}, 1), ElementsAre(3, -1, 2, -1));
  EXPECT_THAT(Select({2, 1, 2, 1}, {0, 1, 1, 2, 3}, 1), ElementsAre(1, 1, 1, 2, 2));
}

TEST(OrderSelectionTest, EqualValuesAreSettledInOneLook) {
  int passes = 0;
  EXPECT_THAT(Select(std::vector<double>(5000, 0.25), {0, 2500, 4999}, 10, &passes),
              ElementsAre(0.25, 0.25, 0.25));
  EXPECT_EQ(passes, 2);
}

TEST(OrderSelectionTest, FivePassesDoWhateverTheValuesAre) {
  // Neighbouring doubles share all bits but the last few, so nothing short of single keys helps.
  std::vector<double> values;
  double value = 1;
  for (int i = 0; i < 3000; ++i) {
    values.push_back(value);
    value = std::nextafter(value, 2);
  }
  std::vector<double> shuffled = values;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937_64(1));
  int passes = 0;
  EXPECT_THAT(Select(shuffled, {17, 1500}, 0, &passes), ElementsAre(values[17], values[1500]));
  EXPECT_EQ(passes, 5);
}

double AnyValue(std::mt19937_64& random, uint64_t kind) {
  switch (kind) {
    case 0:  // two values
      return random() % 2 == 0 ? -1.5 : 2.5;
    case 1:  // stamps in whole ns
      return static_cast<double>(random() % 50'000'000) / 1e9;
    case 2:  // everything that a double can be
      while (true) {
        const double value = FromOrderKey(random());
        if (!std::isnan(value)) return value;
      }
    case 3:  // close together, around zero
      return (static_cast<double>(random() % 2001) - 1000) * 1e-300;
    default:  // one outlier among equal ones
      return random() % 997 == 0 ? 1e9 : 0;
  }
}

TEST(OrderSelectionTest, AgreesWithSorting) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<double> values(1 + random() % 4000);
    for (double& value : values) value = AnyValue(random, seed % 5);
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    std::vector<uint64_t> ranks(1 + random() % 12);
    for (uint64_t& rank : ranks) rank = random() % values.size();
    const std::vector<double> found = Select(values, ranks, random() % 200);
    for (size_t i = 0; i < ranks.size(); ++i) {
      ASSERT_EQ(found[i], sorted[ranks[i]]) << "seed " << seed << ", rank " << ranks[i];
    }
  }
}

}  // namespace
}  // namespace monsoon
