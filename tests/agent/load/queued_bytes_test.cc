#include "agent/core/load/queued_bytes.h"

#include <gtest/gtest.h>

namespace monsoon {
namespace {

TEST(QueuedBytes, CountsWhatIsStillThere) {
  QueuedBytes bytes(100);
  EXPECT_TRUE(bytes.Add(0, 60));
  EXPECT_TRUE(bytes.Add(1, 40));
  EXPECT_FALSE(bytes.Add(2, 1));
  EXPECT_TRUE(bytes.Add(1, 60)) << "the first has left";
  EXPECT_FALSE(bytes.Add(2, 1));
  EXPECT_TRUE(bytes.Add(0, 100)) << "all have left";
  EXPECT_FALSE(bytes.Add(1, 1));
  EXPECT_TRUE(bytes.Add(1, 0));
}

TEST(QueuedBytes, OneThatIsTooLargeNeverFits) {
  QueuedBytes bytes(100);
  EXPECT_FALSE(bytes.Add(0, 101));
  EXPECT_TRUE(bytes.Add(0, 100));
}

}  // namespace
}  // namespace monsoon
