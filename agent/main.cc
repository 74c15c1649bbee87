// The agent program: parse flags, listen, serve runs until a signal.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>

#include "agent/core/spool/spool_order.h"
#include "agent/io/config/agent_flags.h"
#include "agent/io/config/core_list.h"
#include "agent/io/config/listen_address.h"
#include "agent/io/http/http_library.h"
#include "agent/io/http/open_files.h"
#include "agent/io/service/agent_server.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/process/guard_memory.h"
#include "common/time/steady_clock.h"

namespace monsoon {
namespace {

std::string Environment(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? "" : value;
}

absl::StatusOr<AgentOptions> MakeOptions(const AgentFlags& flags) {
  AgentOptions options;
  char hostname[256] = {};
  gethostname(hostname, sizeof(hostname) - 1);
  options.hostname = hostname;
  std::random_device random;
  options.instance_id =
      StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8));
  const size_t cores = flags.cores.empty() ? UsableCores().size() : flags.cores.size();
  options.load_threads = {
      .count = flags.load_threads > 0 ? flags.load_threads : std::max(1, static_cast<int>(cores)),
      .cores = flags.cores,
      .spin_ns = flags.spin_us * kNsPerUs};
  options.item_cache_bytes = flags.item_cache_bytes;
  options.spool_memory_bytes = flags.spool_memory_bytes;
  options.spool_folder =
      flags.spool_dir.empty()
          ? DefaultSpoolFolder(Environment("STATE_DIRECTORY"), Environment("XDG_STATE_HOME"),
                               Environment("HOME"))
          : flags.spool_dir;
  options.tell = [](const std::string& sentence) { std::cerr << "agent: " << sentence << "\n"; };
  ASSIGN_OR_RETURN(options.policy, AddressPolicy::WithAllowed(flags.allow_targets));
  if (flags.tls.files.any()) {
    options.tls.emplace();
    options.tls->files = flags.tls.files;
    ASSIGN_OR_RETURN(options.tls->controllers, ControllerList::Parse(flags.tls.allow_controllers));
    options.tls->tell = [](const std::string& sentence) {
      std::cerr << StrCat("agent: ", sentence, "\n");
    };
  }
  return options;
}

absl::Status WritePortFile(const std::string& path, int port) {
  if (path.empty()) return absl::OkStatus();
  const std::string temporary = StrCat(path, ".tmp");
  std::FILE* file = std::fopen(temporary.c_str(), "w");
  if (file == nullptr) return absl::InternalError(StrCat("cannot write --port-file ", path));
  std::fprintf(file, "%d\n", port);
  if (std::fclose(file) != 0 || std::rename(temporary.c_str(), path.c_str()) != 0) {
    return absl::InternalError(StrCat("cannot write --port-file ", path));
  }
  return absl::OkStatus();
}

absl::Status Serve(const AgentFlags& flags, const sigset_t& signals) {
  ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(flags.listen));
  RETURN_IF_ERROR(CheckTlsFlags(address, flags.tls));
  ASSIGN_OR_RETURN(AgentOptions options, MakeOptions(flags));
  static const SteadyClock clock;
  if (address.is_unix()) umask(077);
  ASSIGN_OR_RETURN(const std::unique_ptr<AgentServer> server,
                   AgentServer::Start(std::move(options), address.ToGrpc(), &clock));
  if (const std::string warning = PlainTextWarning(address, flags.tls); !warning.empty()) {
    std::cerr << "agent: " << warning << "\n";
  }
  RETURN_IF_ERROR(WritePortFile(flags.port_file, server->port()));
  std::cout << "listening on "
            << (address.is_unix() ? address.ToGrpc() : StrCat(address.host, ":", server->port()))
            << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown();
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  GuardMemory();
  int exit_status = 0;
  const std::optional<AgentFlags> flags = ParseAgentFlags(argc, argv, &exit_status);
  if (!flags) return exit_status;

  // Blocked before any thread exists, so that only sigwait sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk
  if (flags->exit_with_parent != 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != flags->exit_with_parent) return 0;  // it is gone already
  }
  RaiseOpenFilesLimit();
  InitialiseHttp();

  const absl::Status status = Serve(*flags, signals);
  if (status.ok()) return 0;
  std::cerr << "agent: " << ToStd(status.message()) << "\n";
  return 2;
}

}  // namespace
}  // namespace monsoon

int main(int argc, char** argv) { return monsoon::Main(argc, argv); }
