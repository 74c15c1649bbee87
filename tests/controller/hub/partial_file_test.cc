#include "controller/io/hub/partial_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tests/controller/store/temp_dir.h"

namespace monsoon {
namespace {

std::string Content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(PartialFile, GoesOnWhereItWasLeft) {
  const TempDir folder;
  const std::string path = folder / "x.incomplete";
  {
    PartialFile file = PartialFile::Open(path).value();
    EXPECT_EQ(file.size(), 0);
    ASSERT_TRUE(file.Append("first ").ok());
  }
  EXPECT_EQ(Content(path), "first ");
  PartialFile file = PartialFile::Open(path).value();
  EXPECT_EQ(file.size(), 6);
  ASSERT_TRUE(file.Append("second").ok());
  EXPECT_EQ(Content(path), "first second");
  ASSERT_TRUE(file.Clear().ok());
  EXPECT_EQ(file.size(), 0);
  ASSERT_TRUE(file.Append("anew").ok());
  EXPECT_EQ(Content(path), "anew");
  EXPECT_TRUE(file.Sync().ok());
}

TEST(PartialFile, AFullDiskIsSaidPlainly) {
  PartialFile file = PartialFile::Open("/dev/full").value();
  const absl::Status status = file.Append("x");
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()),
              testing::AllOf(testing::HasSubstr("No space left"), testing::HasSubstr("HF_HOME")));
}

TEST(PartialFile, RoomIsLookedForBeforeItIsNeeded) {
  const TempDir folder;
  const PartialFile file = PartialFile::Open(folder / "x").value();
  EXPECT_TRUE(file.CheckRoom(1).ok());
  const absl::Status status = file.CheckRoom(int64_t{1} << 60);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("are free"));
}

}  // namespace
}  // namespace monsoon
