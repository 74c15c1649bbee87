#include "agent/serve.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "agent/core/operate/drain_plan.h"
#include "agent/core/spool/spool_order.h"
#include "agent/io/config/core_list.h"
#include "agent/io/config/listen_address.h"
#include "agent/io/http/open_files.h"
#include "agent/io/log/logger.h"
#include "agent/io/metrics/metric_families.h"
#include "agent/io/metrics/metrics_server.h"
#include "agent/io/service/agent_server.h"
#include "agent/io/service/grpc_log.h"
#include "agent/io/spool/spool_files.h"
#include "agent/io/systemd/service_manager.h"
#include "agent/io/watch/agent_watch.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/time/steady_clock.h"
#include "common/version.h"

namespace monsoon {
namespace {

constexpr int64_t kDrainLookNs = 50 * kNsPerMs;
constexpr unsigned kShutdownSeconds = 15;

std::string Hostname() {
  char hostname[256] = {};
  gethostname(hostname, sizeof(hostname) - 1);
  return hostname;
}

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

absl::StatusOr<std::string> SpoolFolder(const AgentFlags& flags) {
  if (!flags.spool_dir.empty()) return flags.spool_dir;
  const std::string usual = DefaultSpoolFolder(Environment("STATE_DIRECTORY"),
                                               Environment("XDG_STATE_HOME"), Environment("HOME"));
  if (!usual.empty()) return usual;
  std::string shared = StrCat("/var/tmp/monsoon-spool-", geteuid());
  RETURN_IF_ERROR(MakeOwnFolder(shared));
  return shared;
}

absl::StatusOr<AgentOptions> MakeOptions(const AgentFlags& flags, AgentObserver* observer,
                                         Logger* log) {
  AgentOptions options;
  options.hostname = Hostname();
  options.name = flags.name;
  std::random_device random;
  options.instance_id =
      StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8));
  options.cores = static_cast<int>(UsableCores().size());
  const size_t cores = flags.cores.empty() ? UsableCores().size() : flags.cores.size();
  options.load_threads = {
      .count = flags.load_threads > 0 ? flags.load_threads : std::max(1, static_cast<int>(cores)),
      .cores = flags.cores,
      .spin_ns = flags.spin_us * kNsPerUs};
  options.item_cache_bytes = flags.item_cache_bytes;
  options.spool_memory_bytes = flags.spool_memory_bytes;
  ASSIGN_OR_RETURN(options.spool_folder, SpoolFolder(flags));
  options.observer = observer;
  if (!flags.health_listen.empty()) {
    ASSIGN_OR_RETURN(const ListenAddress health,
                     ParseListenAddress(flags.health_listen, "--health-listen"));
    options.health_grpc_address = health.ToGrpc();
  }
  ASSIGN_OR_RETURN(options.policy, AddressPolicy::WithAllowed(flags.allow_targets));
  if (flags.tls.files.any()) {
    options.tls.emplace();
    options.tls->files = flags.tls.files;
    ASSIGN_OR_RETURN(options.tls->controllers, ControllerList::Parse(flags.tls.allow_controllers));
    options.tls->tell = [log](const std::string& sentence) {
      log->Write({LogLevel::kWarning, "tls_files", {{"what", sentence}}});
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

absl::StatusOr<std::unique_ptr<MetricsServer>> StartMetrics(const AgentFlags& flags,
                                                            const AgentOptions& options,
                                                            const AgentWatch& watch,
                                                            const Clock& clock) {
  if (flags.metrics_listen.empty()) return nullptr;
  ASSIGN_OR_RETURN(const ListenAddress address,
                   ParseListenAddress(flags.metrics_listen, "--metrics-listen"));
  const AgentIdentity identity{.name = options.name,
                               .version = kVersion,
                               .instance_id = options.instance_id,
                               .load_threads = options.load_threads.count,
                               .max_connections = MaxConnections(),
                               .start_time_s = ToSeconds(clock.WallNs())};
  return MetricsServer::Start(address.ToGrpc(), [identity, &watch] {
    return ToMetricFamilies(identity, watch.status(), ReadProcessUsage());
  });
}

// Whether nothing hangs that must not: the service's lock can be had, and the monitor of a run that
// is going on has told of it lately.
bool IsAlive(AgentServer& server, const AgentWatch& watch, int64_t now_ns, int64_t max_age_ns) {
  if (!server.holds_run()) return true;
  const AgentStatus status = watch.status();
  return !status.busy() || status.session.now_ns == 0 ||
         now_ns - status.session.now_ns <= max_age_ns;
}

// The next signal within `wait_ns`, or 0.
int NextSignal(const sigset_t& signals, int64_t wait_ns) {
  const timespec wait{.tv_sec = wait_ns / kNsPerS, .tv_nsec = wait_ns % kNsPerS};
  return std::max(sigtimedwait(&signals, nullptr, &wait), 0);
}

std::string SignalName(int signal) { return StrCat("SIG", sigabbrev_np(signal)); }

// False when a second signal cut it short.
bool Drain(AgentServer& server, int64_t timeout_ns, const sigset_t& signals, const Clock& clock) {
  DrainPlan plan(clock.MonotonicNs(), timeout_ns);
  for (;;) {
    switch (plan.Next(clock.MonotonicNs(), server.holds_run(), server.delivered())) {
      case DrainPlan::Step::kLeave:
        return true;
      case DrainPlan::Step::kBreakOff:
        server.BreakOff();
        break;
      case DrainPlan::Step::kWait:
        if (NextSignal(signals, kDrainLookNs) != 0) return false;
        break;
    }
  }
}

LogEntry StartEntry(const AgentFlags& flags, const AgentOptions& options, const std::string& listen,
                    int metrics_port) {
  LogEntry entry{LogLevel::kInfo,
                 "start",
                 {{"version", kVersion},
                  {"name", options.name},
                  {"instance_id", options.instance_id},
                  {"listen", listen},
                  {"tls", options.tls.has_value()},
                  {"load_threads", options.load_threads.count},
                  {"max_connections", MaxConnections()},
                  {"item_cache_bytes", options.item_cache_bytes},
                  {"max_queued_work", options.max_queued_work},
                  {"drain_timeout_s", ToSeconds(flags.drain_timeout_ns)}}};
  if (metrics_port != 0) entry.fields.push_back({"metrics_port", metrics_port});
  return entry;
}

}  // namespace

absl::Status CheckFlags(const AgentFlags& flags) {
  ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(flags.listen));
  RETURN_IF_ERROR(CheckTlsFlags(address, flags.tls));
  RETURN_IF_ERROR(ControllerList::Parse(flags.tls.allow_controllers).status());
  if (!flags.metrics_listen.empty()) {
    ASSIGN_OR_RETURN(const ListenAddress metrics,
                     ParseListenAddress(flags.metrics_listen, "--metrics-listen"));
    RETURN_IF_ERROR(CheckMetricsAddress(metrics, flags.tls.insecure_listen));
  }
  if (!flags.health_listen.empty()) {
    RETURN_IF_ERROR(ParseListenAddress(flags.health_listen, "--health-listen").status());
  }
  return AddressPolicy::WithAllowed(flags.allow_targets).status();
}

absl::StatusOr<int> Serve(const AgentFlags& flags, const sigset_t& signals) {
  RETURN_IF_ERROR(CheckFlags(flags));
  ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(flags.listen));
  static const SteadyClock clock;
  Logger log(STDERR_FILENO, flags.log_level,
             {.format = flags.log_format, .journal = IsJournal(STDERR_FILENO)}, &clock);
  AgentWatch watch(&log, &clock);
  const GrpcLog grpc_log(
      [&watch](std::string_view message) { watch.On(GrpcTrouble{std::string(message)}); });
  ASSIGN_OR_RETURN(const AgentOptions options, MakeOptions(flags, &watch, &log));
  ASSIGN_OR_RETURN(const std::unique_ptr<MetricsServer> metrics,
                   StartMetrics(flags, options, watch, clock));
  if (address.is_unix()) umask(077);
  ASSIGN_OR_RETURN(const std::unique_ptr<AgentServer> server,
                   AgentServer::Start(options, address.ToGrpc(), &clock));
  RETURN_IF_ERROR(WritePortFile(flags.port_file, server->port()));
  const std::string listen = address.is_unix()
                                 ? address.ToGrpc()
                                 : ListenAddress{"", address.host, server->port()}.ToGrpc();
  log.Write(StartEntry(flags, options, listen, metrics == nullptr ? 0 : metrics->port()));
  if (const std::string warning = PlainTextWarning(address, flags.tls); !warning.empty()) {
    log.Write({LogLevel::kWarning, "plain_text", {{"what", warning}}});
  }
  ServiceManager manager({.status = [&] { return DescribeStatus(watch.status()); },
                          .alive =
                              [&](int64_t max_age_ns) {
                                return IsAlive(*server, watch, clock.MonotonicNs(), max_age_ns);
                              }});
  manager.Ready();

  int signal = 0;
  sigwait(&signals, &signal);
  watch.On(DrainBegan{SignalName(signal), flags.drain_timeout_ns});
  manager.Stopping(flags.drain_timeout_ns + DrainPlan::kDeliveryNs + kShutdownSeconds * kNsPerS);
  server->Drain(SignalName(signal));
  const bool drained = Drain(*server, flags.drain_timeout_ns, signals, clock);
  const int64_t undelivered_bytes = watch.status().session.unacknowledged_bytes;
  alarm(kShutdownSeconds);  // whatever hangs now, the program ends
  server->Shutdown();
  log.Write({drained && undelivered_bytes == 0 ? LogLevel::kInfo : LogLevel::kWarning,
             "stop",
             {{"at_once", !drained}, {"undelivered_bytes", undelivered_bytes}}});
  return drained ? 0 : 1;
}

}  // namespace monsoon
