#include "controller/core/load/sharding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace monsoon {
namespace {

std::vector<size_t> Take(Turns& turns, int count) {
  std::vector<size_t> taken;
  for (int i = 0; i < count; ++i) {
    taken.push_back(turns.current());
    turns.Pass();
  }
  return taken;
}

TEST(Turns, OfEqualsGoRoundInOrder) {
  Turns turns({10, 10, 10});
  EXPECT_EQ(Take(turns, 7), (std::vector<size_t>{0, 1, 2, 0, 1, 2, 0}));
}

TEST(Turns, AreInProportionAndSpread) {
  Turns turns({5, 1, 1});
  EXPECT_EQ(Take(turns, 7), (std::vector<size_t>{0, 0, 1, 0, 2, 0, 0}));
}

TEST(Turns, LeaveOutWhoeverHasNoWeight) {
  Turns turns({0, 3, 3});
  EXPECT_EQ(Take(turns, 4), (std::vector<size_t>{1, 2, 1, 2}));
}

}  // namespace
}  // namespace monsoon
