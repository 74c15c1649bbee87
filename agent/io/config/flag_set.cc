#include "agent/io/config/flag_set.h"

#include <unistd.h>

#include <utility>

#include "agent/io/config/core_list.h"
#include "common/base/str_cat.h"
#include "common/time/duration_text.h"
#include "common/version.h"

namespace monsoon {
namespace {

std::string Hostname() {
  char hostname[256] = {};
  gethostname(hostname, sizeof(hostname) - 1);
  return hostname;
}

// Bytes; numbers that no machine has are taken for slips.
CLI::Range MemorySize() { return {int64_t{1}, int64_t{1} << 50}; }

// An option whose text `parse` turns into a value; its absl::Status is the message to the user.
template <typename Parse>
CLI::Option* AddParsed(CLI::App& app, const char* name, const std::string& default_text,
                       const char* help, Parse parse) {
  return app
      .add_option_function<std::string>(
          name,
          [name, parse](const std::string& text) {
            const absl::Status status = parse(text);
            if (!status.ok()) throw CLI::ValidationError(name, std::string(status.message()));
          },
          help)
      ->default_str(default_text);
}

void AddListening(CLI::App& app, AgentFlags& flags) {
  app.add_option("--listen", flags.listen,
                 "Where controllers reach this agent: HOST:PORT or unix:PATH")
      ->capture_default_str();
  AddTlsFlags(app, flags.tls);
  flags.name = Hostname();
  app.add_option("--name", flags.name, "What this agent is called in messages and tables")
      ->capture_default_str();
  app.add_option("--metrics-listen", flags.metrics_listen,
                 "Serve Prometheus metrics on HOST:PORT, at /metrics; off by default");
  app.add_option("--health-listen", flags.health_listen,
                 "Answer gRPC health checks on HOST:PORT or unix:PATH as well, in plain text and "
                 "without any other service: for probes that speak no mutual TLS");
}

void AddLoad(CLI::App& app, AgentFlags& flags) {
  app.add_option("--threads", flags.load_threads,
                 "Load threads; 0: one for each core, or for each of --cores")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  AddParsed(app, "--cores", "",
            "Pin the load threads to these cores, one after another: 2,3 or 4-7,12",
            [&flags](const std::string& text) {
              absl::StatusOr<std::vector<int>> cores = ParseCoreList(text, UsableCores());
              if (!cores.ok()) return cores.status();
              flags.cores = *std::move(cores);
              return absl::OkStatus();
            });
  app.add_option("--spin-us", flags.spin_us,
                 "Open loop: before a request is due, look at the clock for so many microseconds "
                 "instead of sleeping (costs a core, gains the time of a wake-up)")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  app.add_option("--allow-target", flags.allow_targets,
                 "A network that engines may be in, besides loopback and private ones: an address, "
                 "10.0.0.0/8, or any; repeatable")
      ->take_all();
  app.add_option("--item-cache-bytes", flags.item_cache_bytes,
                 "Memory for dataset items; also as 512MiB or 2GiB")
      ->transform(CLI::AsSizeValue(false))
      ->check(MemorySize())
      ->capture_default_str();
}

void AddOperating(CLI::App& app, AgentFlags& flags) {
  app.add_option("--spool-dir", flags.spool_dir,
                 "Where records go that no controller takes, for 24 h and up to 1 GiB (default: "
                 "$STATE_DIRECTORY/spool, else ~/.local/state/monsoon/spool)");
  app.add_option("--spool-memory-bytes", flags.spool_memory_bytes,
                 "Records that wait for the controller in memory; beyond it they go to disk")
      ->transform(CLI::AsSizeValue(false))
      ->check(MemorySize())
      ->capture_default_str();
  AddParsed(app, "--drain-timeout", FormatDurationNs(flags.drain_timeout_ns),
            "When it is told to stop, let requests in flight finish for this long: 30s, 2m",
            [&flags](const std::string& text) {
              const absl::StatusOr<int64_t> parsed = ParseDurationNs(text);
              if (parsed.ok()) flags.drain_timeout_ns = *parsed;
              return parsed.status();
            });
  AddParsed(app, "--log-format", "text", "text or json, a line each, on standard error",
            [&flags](const std::string& text) {
              flags.log_format = text == "json" ? LogFormat::kJson : LogFormat::kText;
              return absl::OkStatus();
            })
      ->check(CLI::IsMember({"text", "json"}));
  AddParsed(app, "--log-level", std::string(LogLevelName(flags.log_level)),
            "What is logged: debug, info, warning, or error alone",
            [&flags](const std::string& text) {
              flags.log_level = LogLevelFromName(text).value_or(LogLevel::kInfo);
              return absl::OkStatus();
            })
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
}

void AddUnconfigurable(CLI::App& app, AgentFlags& flags) {
  app.add_flag("--check-config", flags.check_config,
               "Print the configuration that holds, and where each value is from, and end")
      ->configurable(false);
  app.add_option("--health-check", flags.health_check,
                 "Ask the agent at HOST:PORT or unix:PATH whether it serves, and end: 0 it does, 1 "
                 "it does not, 2 it cannot be reached")
      ->configurable(false);
  app.add_option("--port-file", flags.port_file, "Write the port listened on to this file")
      ->configurable(false);
  app.add_option("--exit-with-parent", flags.exit_with_parent,
                 "End when the process that started this agent, of this pid, ends")
      ->configurable(false);
}

}  // namespace

std::unique_ptr<CLI::App> DeclareFlags(AgentFlags& flags) {
  auto app = std::make_unique<CLI::App>(
      "Monsoon's agent: sends a controller's requests to an LLM engine and times the answers.");
  app->set_version_flag("--version", std::string("monsoon agent ") + kVersion);
  AddListening(*app, flags);
  AddLoad(*app, flags);
  AddOperating(*app, flags);
  AddUnconfigurable(*app, flags);
  return app;
}

std::string KeyOf(const CLI::Option& option) { return option.get_lnames().front(); }

}  // namespace monsoon
