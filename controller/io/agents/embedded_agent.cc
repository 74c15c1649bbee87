#include "controller/io/agents/embedded_agent.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(10);
constexpr int kStartPolls = 1000;  // 10 s

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedAgent>> EmbeddedAgent::Start(
    const std::vector<std::string>& arguments, std::optional<int> core, int inherited_file) {
  std::unique_ptr<EmbeddedAgent> agent(new EmbeddedAgent());
  RETURN_IF_ERROR(agent->MakeDirectory());
  SiblingOptions options{.program = "agent",
                         // Its log would get between this controller's own lines, and it is told
                         // to end when there is nothing left to wait for.
                         .arguments = {"--listen", agent->target().grpc, "--log-level", "error",
                                       "--drain-timeout", "0s"},
                         .remedy = ", or name running agents with --agents HOST:PORT,...",
                         .core = core,
                         .inherited_file = inherited_file};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  ASSIGN_OR_RETURN(agent->process_, SiblingProcess::Start(options));
  RETURN_IF_ERROR(agent->AwaitSocket());
  return agent;
}

absl::Status EmbeddedAgent::MakeDirectory() {
  const char* base = std::getenv("XDG_RUNTIME_DIR");
  std::string pattern = StrCat(base != nullptr && *base != '\0' ? base : "/tmp", "/monsoon-XXXXXX");
  if (mkdtemp(pattern.data()) == nullptr) {  // mode 0700
    return absl::InternalError(StrCat("cannot make a folder for the agent's socket (", pattern,
                                      "): ", std::strerror(errno)));
  }
  directory_ = pattern;
  return absl::OkStatus();
}

absl::Status EmbeddedAgent::AwaitSocket() {
  const std::string path = StrCat(directory_, "/agent.sock");
  for (int i = 0; i < kStartPolls; ++i) {
    struct stat info {};
    if (stat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) return absl::OkStatus();
    if (process_->HasEnded()) {
      return absl::UnavailableError("the embedded agent ended at once; its message is above");
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  return absl::UnavailableError("the embedded agent did not come up within 10 s");
}

EmbeddedAgent::~EmbeddedAgent() {
  process_.reset();
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

AgentTarget EmbeddedAgent::target() const {
  return {.name = "embedded", .grpc = StrCat("unix:", directory_, "/agent.sock"), .local = true};
}

}  // namespace monsoon
