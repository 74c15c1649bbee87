#include "controller/core/run/index_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(IndexRange, JoinsWhatTouches) {
  EXPECT_THAT(MakeRanges({1, 2, 3, 7, 9, 10}),
              ElementsAre(IndexRange{1, 4}, IndexRange{7, 8}, IndexRange{9, 11}));
  EXPECT_THAT(MakeRanges({3, 4}, {5, 1'000'000'000}), ElementsAre(IndexRange{3, 1'000'000'000}));
  EXPECT_THAT(MakeRanges({3}, {5, 5}), ElementsAre(IndexRange{3, 4}));
  EXPECT_THAT(MakeRanges({}), IsEmpty());
}

TEST(IndexRange, Counts) {
  EXPECT_EQ(CountOf({}), 0u);
  EXPECT_EQ(CountOf({{1, 4}, {7, 1'000'000'007}}), 1'000'000'003u);
}

}  // namespace
}  // namespace monsoon
