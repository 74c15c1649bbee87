#include "controller/io/agents/sibling_process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

extern char** environ;

namespace monsoon {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(10);
constexpr int kStopPolls = 500;  // 5 s

absl::StatusOr<std::string> FindSibling(const SiblingOptions& options) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path path = self.parent_path() / options.program;
  if (error || access(path.c_str(), X_OK) != 0) {
    return absl::NotFoundError(StrCat("no program `", options.program, "` beside this controller (",
                                      path.string(), "); install it there", options.remedy));
  }
  return path.string();
}

// A child inherits the affinity of the thread that starts it.
class ScopedAffinity {
 public:
  ScopedAffinity() { sched_getaffinity(0, sizeof(before_), &before_); }
  ~ScopedAffinity() {
    if (changed_) sched_setaffinity(0, sizeof(before_), &before_);
  }
  ScopedAffinity(const ScopedAffinity&) = delete;
  ScopedAffinity& operator=(const ScopedAffinity&) = delete;

  absl::Status Pin(int core) {
    cpu_set_t one;
    CPU_ZERO(&one);
    if (core >= 0 && core < CPU_SETSIZE) CPU_SET(core, &one);
    if (sched_setaffinity(0, sizeof(one), &one) != 0) {
      return absl::InvalidArgumentError(StrCat("this process may not use core ", core, " (",
                                               std::strerror(errno),
                                               "); see `taskset -p $$` for those that it may"));
    }
    changed_ = true;
    return absl::OkStatus();
  }

 private:
  cpu_set_t before_;
  bool changed_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SiblingProcess>> SiblingProcess::Start(
    const SiblingOptions& options) {
  ASSIGN_OR_RETURN(const std::string program, FindSibling(options));
  std::vector<std::string> words = {program, "--exit-with-parent", StrCat(getpid())};
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ScopedAffinity affinity;
  if (options.core) RETURN_IF_ERROR(affinity.Pin(*options.core));

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, options.stdout_path.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  // Onto itself: that takes its close-on-exec mark away, in the child alone.
  if (options.inherited_file >= 0) {
    posix_spawn_file_actions_adddup2(&actions, options.inherited_file, options.inherited_file);
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  std::unique_ptr<SiblingProcess> sibling(new SiblingProcess());
  const int error =
      posix_spawn(&sibling->pid_, program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error == 0) return sibling;
  sibling->pid_ = -1;
  return absl::InternalError(StrCat("cannot start ", program, ": ", std::strerror(error)));
}

SiblingProcess::~SiblingProcess() { Stop(); }

bool SiblingProcess::Reap(int flags) {
  int status = 0;
  if (waitpid(pid_, &status, flags) == 0) return false;
  success_ = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  pid_ = -1;
  return true;
}

bool SiblingProcess::HasEnded() { return pid_ < 0 || Reap(WNOHANG); }

bool SiblingProcess::Stop() {
  if (HasEnded()) return success_;
  kill(pid_, SIGTERM);
  for (int i = 0; i < kStopPolls; ++i) {
    if (Reap(WNOHANG)) return success_;
    std::this_thread::sleep_for(kPollInterval);
  }
  kill(pid_, SIGKILL);
  Reap(0);
  return success_;
}

}  // namespace monsoon
