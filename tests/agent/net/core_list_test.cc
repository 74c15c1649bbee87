// How a user names cores.
#include "agent/io/config/core_list.h"

#include <gmock/gmock.h>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<int> kUsable = {0, 1, 2, 3, 8};

TEST(CoreListTest, NumbersAndRangesInTheOrderGiven) {
  EXPECT_THAT(*ParseCoreList("2", kUsable), ElementsAre(2));
  EXPECT_THAT(*ParseCoreList("8,0-2", kUsable), ElementsAre(8, 0, 1, 2));
  EXPECT_THAT(*ParseCoreList("3-3", kUsable), ElementsAre(3));
}

TEST(CoreListTest, SaysWhatIsWrong) {
  const auto error = [](std::string_view text) {
    return std::string(ToStd(ParseCoreList(text, kUsable).status().message()));
  };
  for (const std::string_view text : {"", "x", "1,", "2-", "-1", "3-1", "1-2-3", "99999999"}) {
    EXPECT_THAT(error(text), HasSubstr("is no core; expected numbers and ranges")) << text;
  }
  EXPECT_THAT(error("0,4"), HasSubstr("core 4 is not among those this process may use: 0,1,2,3,8"));
  EXPECT_THAT(error("0-2,1"), HasSubstr("core 1 is named twice"));
}

TEST(CoreListTest, ThisProcessMayUseAtLeastOneCore) { EXPECT_FALSE(UsableCores().empty()); }

}  // namespace
}  // namespace monsoon
