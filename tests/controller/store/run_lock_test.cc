#include "controller/io/files/run_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <string>

#include "tests/controller/store/temp_dir.h"

namespace monsoon {
namespace {

using testing::HasSubstr;

// A process that takes the lock, says so, and waits to be killed.
class Holder {
 public:
  explicit Holder(const std::string& run_dir) {
    int ends[2];
    if (pipe(ends) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      const absl::StatusOr<RunLock> lock = RunLock::Take(run_dir);
      const char answer = lock.ok() ? 'y' : 'n';
      if (write(ends[1], &answer, 1) == 1) pause();
      _exit(1);
    }
    close(ends[1]);
    char answer = 0;
    has_lock_ = read(ends[0], &answer, 1) == 1 && answer == 'y';
    close(ends[0]);
  }
  ~Holder() { Kill(); }
  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  bool has_lock() const { return has_lock_; }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  bool has_lock_ = false;
};

TEST(RunLockTest, OneProcessHasItAndTheOtherIsTold) {
  const TempDir dir;
  Holder holder(dir.path());
  ASSERT_TRUE(holder.has_lock());
  const absl::StatusOr<RunLock> second = RunLock::Take(dir.path());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("process " + std::to_string(holder.pid())));
  EXPECT_EQ(RunLock::Holder(dir.path()), holder.pid());
}

TEST(RunLockTest, DeathGivesItBack) {
  const TempDir dir;
  Holder holder(dir.path());
  ASSERT_TRUE(holder.has_lock());
  holder.Kill();
  EXPECT_EQ(RunLock::Holder(dir.path()), std::nullopt);
  EXPECT_TRUE(RunLock::Take(dir.path()).ok());
}

// As the agent that a controller started does.
TEST(RunLockTest, WaitsForWhatTheDeadHolderLeftBehind) {
  const TempDir dir;
  const pid_t holder = fork();
  if (holder == 0) {
    const absl::StatusOr<RunLock> lock = RunLock::Take(dir.path());
    if (fork() == 0) {
      usleep(400'000);
      std::ofstream(dir / "spooled") << "records";
      _exit(0);
    }
    _exit(lock.ok() ? 0 : 1);  // and no destructor
  }
  int how = 0;
  ASSERT_EQ(waitpid(holder, &how, 0), holder);
  ASSERT_EQ(how, 0);
  EXPECT_EQ(RunLock::Holder(dir.path()), std::nullopt) << "no controller is at it";
  const absl::StatusOr<RunLock> lock = RunLock::Take(dir.path());
  EXPECT_TRUE(lock.ok()) << lock.status();
  EXPECT_TRUE(std::filesystem::exists(dir / "spooled")) << "it came too early";
}

TEST(RunLockTest, LeavesNoFileBehindAndCanBeTakenAgain) {
  const TempDir dir;
  {
    const absl::StatusOr<RunLock> lock = RunLock::Take(dir.path());
    ASSERT_TRUE(lock.ok()) << lock.status();
    EXPECT_EQ(RunLock::Holder(dir.path()), getpid());
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
  EXPECT_EQ(RunLock::Holder(dir.path()), std::nullopt);
  EXPECT_TRUE(RunLock::Take(dir.path()).ok());
}

TEST(RunLockTest, AFolderThatIsNotThereIsNamed) {
  const TempDir dir;
  EXPECT_THAT(std::string(RunLock::Take(dir / "none").status().message()), HasSubstr(dir / "none"));
  EXPECT_EQ(RunLock::Holder(dir / "none"), std::nullopt);
}

}  // namespace
}  // namespace monsoon
