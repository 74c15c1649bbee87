#include "common/model/cache_bust.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <unordered_set>

namespace monsoon {
namespace {

TEST(CacheBustPrefixTest, HasOneFormAndOneLength) {
  const std::regex form("\\[[0-9a-f]{12}\\] ");
  for (uint64_t i = 0; i < 1000; ++i) {
    const std::string prefix = CacheBustPrefix("run", 3, i << (i % 50));
    EXPECT_TRUE(std::regex_match(prefix, form)) << prefix;
  }
}

TEST(CacheBustPrefixTest, IsUniqueInARun) {
  std::unordered_set<std::string> seen;
  for (int32_t case_index = 0; case_index < 10; ++case_index) {
    for (uint64_t i = 0; i < 20000; ++i) {
      EXPECT_TRUE(seen.insert(CacheBustPrefix("20240501-101500", case_index, i)).second);
    }
  }
  // Neighbours at the ends of the documented range.
  EXPECT_TRUE(
      seen.insert(CacheBustPrefix("20240501-101500", 4095, (uint64_t{1} << 36) - 1)).second);
  EXPECT_TRUE(
      seen.insert(CacheBustPrefix("20240501-101500", 4094, (uint64_t{1} << 36) - 1)).second);
}

TEST(CacheBustPrefixTest, DependsOnNothingButRunCaseAndIndex) {
  EXPECT_EQ(CacheBustPrefix("r", 1, 2), CacheBustPrefix("r", 1, 2));
  EXPECT_NE(CacheBustPrefix("r", 1, 2), CacheBustPrefix("s", 1, 2));
  EXPECT_NE(CacheBustPrefix("r", 1, 2), CacheBustPrefix("r", 2, 1));
  EXPECT_NE(CacheBustPrefix("r", 1, 2), CacheBustPrefix("r", 1 + 4096, 2));
}

// Prompts that differ late share cached blocks: neighbours must differ in the first digits already.
TEST(CacheBustPrefixTest, NeighboursDifferEarly) {
  std::unordered_set<std::string> heads;
  for (uint64_t i = 0; i < 256; ++i) {
    heads.insert(CacheBustPrefix("run", 0, i).substr(1, 4));
  }
  EXPECT_GT(heads.size(), 240u);
}

}  // namespace
}  // namespace monsoon
