#include "common/base/nearest_name.h"

#include <gtest/gtest.h>

#include <random>

namespace monsoon {
namespace {

TEST(EditDistanceTest, ByHand) {
  EXPECT_EQ(EditDistance("", ""), 0);
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_EQ(EditDistance("abc", ""), 3);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
  EXPECT_EQ(EditDistance("concurency", "concurrency"), 1);
  EXPECT_EQ(EditDistance("vllm", "vlml"), 2) << "a swap is two substitutions";
}

TEST(EditDistanceTest, IsAMetric) {
  std::mt19937_64 random(5);
  const auto word = [&random] {
    std::string text;
    for (uint64_t n = random() % 7; n > 0; --n) text += static_cast<char>('a' + random() % 3);
    return text;
  };
  for (int i = 0; i < 2000; ++i) {
    const std::string a = word(), b = word(), c = word();
    EXPECT_EQ(EditDistance(a, b), EditDistance(b, a));
    EXPECT_EQ(EditDistance(a, b) == 0, a == b);
    EXPECT_LE(EditDistance(a, c), EditDistance(a, b) + EditDistance(b, c));
  }
}

TEST(NearestNameTest, FindsTheTypo) {
  const std::vector<std::string> known = {"model", "dataset", "concurrency", "engine"};
  EXPECT_EQ(NearestName("concurency", known), "concurrency");
  EXPECT_EQ(NearestName("data", known), std::nullopt) << "three of four letters are too far";
  EXPECT_EQ(NearestName("datasets", known), "dataset");
  EXPECT_EQ(NearestName("zzzz", known), std::nullopt);
  EXPECT_EQ(NearestName("model", {}), std::nullopt);
  EXPECT_EQ(NearestName("ab", {"aa", "bb"}), "aa") << "the first of equals";
}

}  // namespace
}  // namespace monsoon
