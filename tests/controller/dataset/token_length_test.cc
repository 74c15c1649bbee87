#include "controller/core/dataset/token_length.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace monsoon {
namespace {

using ::testing::ElementsAre;

constexpr TokenLength kUniform{.law = LengthLaw::kUniform, .min = 512, .max = 1024};
constexpr TokenLength kNormal{
    .law = LengthLaw::kNormal, .mean = 512, .stddev = 128, .min = 1, .max = 4096};

std::vector<int64_t> Draws(const TokenLength& length, RandomPurpose purpose, int64_t count) {
  std::vector<int64_t> draws;
  for (int64_t i = 0; i < count; ++i) {
    SplitMix64 random = RandomAt(42, purpose, i);
    draws.push_back(DrawLength(length, random));
  }
  return draws;
}

TEST(TokenLengthTest, DrawsAreTheGoldenOnes) {
  // From a program of its own, in another language.
  EXPECT_THAT(Draws(kUniform, RandomPurpose::kInputLength, 6),
              ElementsAre(874, 970, 688, 611, 975, 831));
  EXPECT_THAT(Draws(kNormal, RandomPurpose::kOutputLength, 6),
              ElementsAre(410, 226, 427, 243, 584, 493));
  // Most draws of this law are outside of its bounds.
  const TokenLength narrow{
      .law = LengthLaw::kNormal, .mean = 10, .stddev = 50, .min = 1, .max = 20};
  EXPECT_THAT(Draws(narrow, RandomPurpose::kOutputLength, 6), ElementsAre(14, 13, 1, 17, 16, 3));
}

TEST(TokenLengthTest, AFixedLengthIsThatLength) {
  const TokenLength fixed{.law = LengthLaw::kFixed, .mean = 7};
  EXPECT_THAT(Draws(fixed, RandomPurpose::kInputLength, 3), ElementsAre(7, 7, 7));
  EXPECT_EQ(ShortestLength(fixed), 7);
  EXPECT_EQ(LongestLength(fixed), 7);
}

TEST(TokenLengthTest, DrawsFollowTheirLaw) {
  constexpr int64_t kCount = 40'000;
  double sum = 0;
  double squares = 0;
  int64_t beyond_two = 0;
  for (const int64_t draw : Draws(kNormal, RandomPurpose::kInputLength, kCount)) {
    const double z = static_cast<double>(draw - 512) / 128;
    sum += z;
    squares += z * z;
    beyond_two += std::abs(z) > 2 ? 1 : 0;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.02);
  EXPECT_NEAR(std::sqrt(squares / kCount), 1, 0.02);
  EXPECT_NEAR(static_cast<double>(beyond_two) / kCount, 0.0455, 0.006);
  double uniform = 0;
  for (const int64_t draw : Draws(kUniform, RandomPurpose::kInputLength, kCount)) {
    EXPECT_GE(draw, 512);
    EXPECT_LE(draw, 1024);
    uniform += static_cast<double>(draw);
  }
  EXPECT_NEAR(uniform / kCount, 768, 3);
}

TEST(TokenLengthTest, BoundsNarrowerThanTheBellStillHold) {
  const TokenLength slit{
      .law = LengthLaw::kNormal, .mean = 5, .stddev = 10'000'000, .min = 4, .max = 6};
  for (const int64_t draw : Draws(slit, RandomPurpose::kInputLength, 200)) {
    EXPECT_GE(draw, 4);
    EXPECT_LE(draw, 6);
  }
}

TEST(TokenLengthTest, PurposesAndSeedsHaveStreamsOfTheirOwn) {
  EXPECT_NE(RandomAt(1, RandomPurpose::kInputLength, 0).Next(),
            RandomAt(1, RandomPurpose::kOutputLength, 0).Next());
  EXPECT_NE(RandomAt(1, RandomPurpose::kInputLength, 0).Next(),
            RandomAt(2, RandomPurpose::kInputLength, 0).Next());
  EXPECT_NE(RandomAt(1, RandomPurpose::kInputLength, 0).Next(),
            RandomAt(1, RandomPurpose::kInputLength, 1).Next());
}

}  // namespace
}  // namespace monsoon
