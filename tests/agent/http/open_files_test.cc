// The limit of open files as the limit of connections.
#include "agent/io/http/open_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>

namespace monsoon {
namespace {

using ::testing::HasSubstr;

class OpenFilesTest : public ::testing::Test {
 protected:
  OpenFilesTest() { getrlimit(RLIMIT_NOFILE, &before_); }
  ~OpenFilesTest() override { setrlimit(RLIMIT_NOFILE, &before_); }

  static void SetSoft(rlim_t files) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = files;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  }

  rlimit before_{};
};

TEST_F(OpenFilesTest, LeavesRoomForTheRest) {
  SetSoft(300);
  EXPECT_EQ(MaxConnections(), 44);  // 256 are kept for everything else
  EXPECT_TRUE(CheckOpenFiles(44).ok());
  const absl::Status status = CheckOpenFiles(45);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("at least 301 open files"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("may have 300"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("ulimit -n"));
}

TEST_F(OpenFilesTest, ATinyLimitLeavesNone) {
  SetSoft(100);
  EXPECT_EQ(MaxConnections(), 0);
  EXPECT_TRUE(CheckOpenFiles(0).ok());
  EXPECT_FALSE(CheckOpenFiles(1).ok());
  EXPECT_THAT(std::string(CheckOpenFiles(1).message()), HasSubstr("may have 100"));
}

TEST_F(OpenFilesTest, TheSoftLimitIsRaisedToTheHardOne) {
  SetSoft(300);
  RaiseOpenFilesLimit();
  rlimit now{};
  getrlimit(RLIMIT_NOFILE, &now);
  EXPECT_EQ(now.rlim_cur, now.rlim_max);
}

}  // namespace
}  // namespace monsoon
