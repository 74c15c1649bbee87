#include "common/model/gap_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace monsoon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(GapCodecTest, BytesByHand) {
  std::string blob;
  AppendGap({0, false}, blob);           // 0
  AppendGap({0, true}, blob);            // 1
  AppendGap({63, true}, blob);           // 127
  AppendGap({64, false}, blob);          // 128
  AppendGap({25'000'000, false}, blob);  // 50 000 000 = 0x2faf080
  EXPECT_EQ(blob, std::string("\x00\x01\x7f\x80\x01\x80\xe1\xeb\x17", 9));
  EXPECT_THAT(*DecodeGaps(blob), ElementsAre(Gap{0, false}, Gap{0, true}, Gap{63, true},
                                             Gap{64, false}, Gap{25'000'000, false}));
}

TEST(GapCodecTest, NothingIsNothing) { EXPECT_THAT(*DecodeGaps(""), IsEmpty()); }

TEST(GapCodecTest, LargestGapFitsInTenBytes) {
  std::string blob;
  const Gap largest{std::numeric_limits<int64_t>::max(), true};
  AppendGap(largest, blob);
  EXPECT_EQ(blob.size(), 10u);
  EXPECT_THAT(*DecodeGaps(blob), ElementsAre(largest));
}

TEST(GapCodecTest, AnyGapsRoundTrip) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<Gap> gaps(random() % 50);
    std::string blob;
    for (Gap& gap : gaps) {
      gap = {static_cast<int64_t>(random() >> (1 + random() % 63)), random() % 2 == 0};
      AppendGap(gap, blob);
    }
    EXPECT_EQ(*DecodeGaps(blob), gaps) << "seed " << seed;
  }
}

TEST(GapCodecTest, DamageIsDataLoss) {
  for (const std::string& blob :
       {std::string("\x80"), std::string("\x01\xff"), std::string(10, '\x80') + '\x01',
        std::string(9, '\xff') + '\x02'}) {
    EXPECT_EQ(DecodeGaps(blob).status().code(), absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace monsoon
