// Folders for spools.
#include "agent/io/spool/spool_files.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/agent/spool/spool_folder.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

TEST(SpoolFiles, AFolderAmongOthersFoldersIsNobodyElses) {
  const SpoolFolder folder;
  const std::string mine = folder.path() + "/mine";
  EXPECT_TRUE(MakeOwnFolder(mine).ok());
  EXPECT_TRUE(MakeOwnFolder(mine).ok());
  ASSERT_EQ(chmod(mine.c_str(), 0777), 0);
  EXPECT_THAT(std::string(MakeOwnFolder(mine).message()), HasSubstr("--spool-dir"));
  ASSERT_EQ(chmod(mine.c_str(), 0700), 0);
  const std::string link = folder.path() + "/link";
  ASSERT_EQ(symlink(mine.c_str(), link.c_str()), 0);
  EXPECT_EQ(MakeOwnFolder(link).code(), absl::StatusCode::kFailedPrecondition);
  if (geteuid() != 0) return;
  ASSERT_EQ(chown(mine.c_str(), 65534, 65534), 0);
  EXPECT_EQ(MakeOwnFolder(mine).code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace monsoon
