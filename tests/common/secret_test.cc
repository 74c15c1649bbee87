#include "common/base/secret.h"

#include <gtest/gtest.h>

#include <sstream>

namespace monsoon {
namespace {

TEST(SecretTest, PrintsNothingOfItself) {
  std::ostringstream out;
  out << Secret("hunter2") << " " << Secret("");
  EXPECT_EQ(out.str(), "<secret> <none>");
  EXPECT_EQ(testing::PrintToString(Secret("hunter2")), "<secret>") << "test output included";
  EXPECT_EQ(Secret("hunter2").Reveal(), "hunter2");
  EXPECT_TRUE(Secret().empty());
  EXPECT_EQ(Secret("a"), Secret("a"));
  EXPECT_FALSE(Secret("a") == Secret("b"));
}

}  // namespace
}  // namespace monsoon
