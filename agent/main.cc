// The agent program: parse flags, then serve, or do the small thing that a flag asks for.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <iostream>
#include <optional>

#include "agent/io/config/agent_flags.h"
#include "agent/io/http/http_library.h"
#include "agent/io/http/open_files.h"
#include "agent/io/service/grpc_log.h"
#include "agent/io/service/health_check.h"
#include "agent/serve.h"
#include "common/base/str_cat.h"
#include "common/process/guard_memory.h"
#include "common/process/stop_signals.h"
#include "common/time/clock.h"

namespace monsoon {
namespace {

constexpr int kExitBad = 2;
constexpr int64_t kHealthTimeoutNs = 3 * kNsPerS;

int Fail(const absl::Status& status) {
  std::cerr << "agent: " << ToStd(status.message()) << "\n";
  return kExitBad;
}

int HealthCheck(const AgentFlags& flags) {
  const GrpcLog quiet(nullptr);  // the sentence below says it
  const absl::StatusOr<bool> serving =
      CheckHealth(flags.health_check, flags.tls.files, kHealthTimeoutNs);
  if (!serving.ok()) return Fail(serving.status());
  std::cout << (*serving ? "serving" : "not serving") << "\n";
  return *serving ? 0 : 1;
}

int CheckConfig(const AgentFlags& flags) {
  const absl::Status status = CheckFlags(flags);
  if (!status.ok()) return Fail(status);
  std::cout << flags.effective;
  return 0;
}

int Run(const AgentFlags& flags) {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk
  if (flags.exit_with_parent != 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != flags.exit_with_parent) return 0;  // it is gone already
  }
  RaiseOpenFilesLimit();
  InitialiseHttp();
  const absl::StatusOr<int> exit_status = Serve(flags, signals);
  return exit_status.ok() ? *exit_status : Fail(exit_status.status());
}

int Main(int argc, char** argv) {
  GuardMemory();
  int exit_status = 0;
  const std::optional<AgentFlags> flags = ParseAgentFlags(argc, argv, &exit_status);
  if (!flags) return exit_status;
  if (!flags->health_check.empty()) return HealthCheck(*flags);
  if (flags->check_config) return CheckConfig(*flags);
  return Run(*flags);
}

}  // namespace
}  // namespace monsoon

int main(int argc, char** argv) { return monsoon::Main(argc, argv); }
