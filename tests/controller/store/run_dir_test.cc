#include "controller/io/files/run_dir.h"

#include <gtest/gtest.h>

#include <fstream>

#include "common/time/clock.h"
#include "tests/controller/store/temp_dir.h"

namespace monsoon {
namespace {

constexpr int64_t kWallNs = 1'795'357'988 * kNsPerS;  // 2026-11-22T14:33:08Z

TEST(RunDirTest, NameAndUtcTimeThenCountedCopies) {
  const TempDir dir;
  const std::string base = dir / "runs/of/today";
  EXPECT_EQ(*CreateRunDir(base, "shootout", kWallNs), base + "/shootout-20261122T143308Z");
  EXPECT_EQ(*CreateRunDir(base, "shootout", kWallNs), base + "/shootout-20261122T143308Z-2");
  EXPECT_EQ(*CreateRunDir(base, "shootout", kWallNs), base + "/shootout-20261122T143308Z-3");
  EXPECT_TRUE(std::filesystem::is_directory(base + "/shootout-20261122T143308Z-3"));
}

TEST(RunDirTest, NameCannotLeaveTheBase) {
  const TempDir dir;
  EXPECT_EQ(*CreateRunDir(dir.path(), "../../etc/x y", kWallNs),
            dir / "run..-..-etc-x-y-20261122T143308Z");
  EXPECT_EQ(*CreateRunDir(dir.path(), "", kWallNs), dir / "run-20261122T143308Z");
  EXPECT_EQ(*CreateRunDir(dir.path(), "压测", kWallNs), dir / "压测-20261122T143308Z");
}

TEST(RunDirTest, LongNameIsCutBetweenCharacters) {
  const TempDir dir;
  std::string name;
  for (int i = 0; i < 200; ++i) name += "压";
  const auto path = CreateRunDir(dir.path(), name, kWallNs);
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_EQ(*path, dir / name.substr(0, 99) + "-20261122T143308Z");
}

TEST(RunDirTest, BaseThatCannotBeMadeIsNamed) {
  const TempDir dir;
  std::ofstream(dir / "file") << "x";
  const auto path = CreateRunDir(dir / "file", "a", kWallNs);
  ASSERT_FALSE(path.ok());
  EXPECT_NE(std::string(path.status().message()).find(dir / "file"), std::string::npos);
}

TEST(RunDirTest, ExplicitFolderMustBeNewOrEmpty) {
  const TempDir dir;
  EXPECT_EQ(*CreateRunDirAt(dir / "a/b"), dir / "a/b");
  EXPECT_TRUE(CreateRunDirAt(dir / "a/b").ok()) << "empty";
  std::ofstream(dir / "a/b/x") << "x";
  EXPECT_EQ(CreateRunDirAt(dir / "a/b").status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(CreateRunDirAt(dir / "a/b/x").status().code(), absl::StatusCode::kAlreadyExists);
}

}  // namespace
}  // namespace monsoon
