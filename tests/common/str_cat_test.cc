#include "common/base/str_cat.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(StrCatTest, TakesBothKindsOfStringView) {
  const std::string text = "abcdef";
  const std::string_view std_view = std::string_view(text).substr(1, 2);
  const absl::string_view absl_view = absl::string_view(text).substr(3, 2);
  EXPECT_EQ(StrCat(std_view, "-", absl_view, "-", text, "-", 7, 'x' == 'x'), "bc-de-abcdef-71");
  EXPECT_EQ(StrCat(), "");
  EXPECT_EQ(ToStd(absl_view), "de");
  EXPECT_EQ(std::string(ToAbsl(std_view)), "bc");
  EXPECT_EQ(StrCat(std::string_view()), "");
}

}  // namespace
}  // namespace monsoon
