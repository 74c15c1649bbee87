#include "controller/io/agents/embedded_agent.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

extern char** environ;

namespace monsoon {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(10);
constexpr int kStartPolls = 1000;  // 10 s
constexpr int kStopPolls = 500;    // 5 s

absl::StatusOr<std::string> SiblingPath() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path agent = self.parent_path() / "agent";
  if (error || access(agent.c_str(), X_OK) != 0) {
    return absl::NotFoundError(
        StrCat("no program `agent` beside this controller (", agent.string(),
               "); install it there, or name running agents with --agents HOST:PORT,..."));
  }
  return agent.string();
}

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedAgent>> EmbeddedAgent::Start(
    const std::vector<std::string>& arguments) {
  std::unique_ptr<EmbeddedAgent> agent(new EmbeddedAgent());
  RETURN_IF_ERROR(agent->Spawn(arguments));
  RETURN_IF_ERROR(agent->AwaitSocket());
  return agent;
}

absl::Status EmbeddedAgent::Spawn(const std::vector<std::string>& arguments) {
  ASSIGN_OR_RETURN(const std::string program, SiblingPath());
  const char* base = std::getenv("XDG_RUNTIME_DIR");
  std::string pattern = StrCat(base != nullptr && *base != '\0' ? base : "/tmp", "/monsoon-XXXXXX");
  if (mkdtemp(pattern.data()) == nullptr) {  // mode 0700
    return absl::InternalError(StrCat("cannot make a folder for the agent's socket (", pattern,
                                      "): ", std::strerror(errno)));
  }
  directory_ = pattern;

  std::vector<std::string> words = {program, "--listen", target().grpc, "--exit-with-parent",
                                    StrCat(getpid())};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  // A group of its own, so that Ctrl-C reaches the controller alone, which then drains. The signals
  // that the controller handles on a thread of its own are blocked here, and must not be there.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  const int error =
      posix_spawn(&pid_, program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error == 0) return absl::OkStatus();
  pid_ = -1;
  return absl::InternalError(StrCat("cannot start ", program, ": ", std::strerror(error)));
}

absl::Status EmbeddedAgent::AwaitSocket() {
  const std::string path = StrCat(directory_, "/agent.sock");
  for (int i = 0; i < kStartPolls; ++i) {
    struct stat info {};
    if (stat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) return absl::OkStatus();
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      return absl::UnavailableError("the embedded agent ended at once; its message is above");
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  return absl::UnavailableError("the embedded agent did not come up within 10 s");
}

EmbeddedAgent::~EmbeddedAgent() {
  if (pid_ > 0) {
    kill(pid_, SIGTERM);
    bool ended = false;
    for (int i = 0; i < kStopPolls && !ended; ++i) {
      ended = waitpid(pid_, nullptr, WNOHANG) != 0;
      if (!ended) std::this_thread::sleep_for(kPollInterval);
    }
    if (!ended) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

AgentTarget EmbeddedAgent::target() const {
  return {.name = "embedded", .grpc = StrCat("unix:", directory_, "/agent.sock"), .local = true};
}

}  // namespace monsoon
