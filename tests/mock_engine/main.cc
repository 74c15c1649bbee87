// mock_engine: see README.md beside this file.

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"

#include "common/base/str_cat.h"
#include "tests/mock_engine/flags.h"
#include "tests/mock_engine/listener.h"
#include "tests/mock_engine/port_file.h"
#include "tests/mock_engine/server.h"

namespace monsoon::mock_engine {
namespace {

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "mock_engine: %s\n", std::string(status.message()).c_str());
  return 2;
}

void Print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

// Before any thread starts, so that all of them inherit the mask and only main() is interrupted.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int Main(int argc, char** argv) {
  absl::StatusOr<Flags> flags = ParseFlags(argc, argv);
  if (!flags.ok()) return Fail(flags.status());
  if (!flags->help.empty()) {
    Print(flags->help);
    return 0;
  }
  const sigset_t stop_signals = BlockStopSignals();
  if (flags->exit_with_parent != 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != flags->exit_with_parent) return 0;  // it is gone already
  }
  RaiseOpenFileLimit();
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(std::move(flags->server));
  if (!server.ok()) return Fail(server.status());
  for (const ListenAddress& address : (*server)->addresses()) {
    Print(StrCat("listening on ", address.host, ":", address.port, "\n"));
  }
  if (!flags->port_file.empty()) {
    absl::Status written = WritePortFile(flags->port_file, (*server)->addresses());
    if (!written.ok()) return Fail(written);
  }
  int signal = 0;
  sigwait(&stop_signals, &signal);
  Print((*server)->Stop() + "\n");
  return 0;
}

}  // namespace
}  // namespace monsoon::mock_engine

int main(int argc, char** argv) { return monsoon::mock_engine::Main(argc, argv); }
