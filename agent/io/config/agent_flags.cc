#include "agent/io/config/agent_flags.h"

#include <CLI/CLI.hpp>

#include "agent/io/config/core_list.h"
#include "common/base/str_cat.h"
#include "common/version.h"

namespace monsoon {

std::optional<AgentFlags> ParseAgentFlags(int argc, char** argv, int* exit_status) {
  AgentFlags flags;
  CLI::App app{
      "Monsoon's agent: sends a controller's requests to an LLM engine and times the answers."};
  app.set_version_flag("--version", std::string("monsoon agent ") + kVersion);
  app.set_config("--config", "", "Read flags from an INI or TOML file");
  app.add_option("--listen", flags.listen,
                 "Where controllers reach this agent: HOST:PORT or unix:PATH")
      ->capture_default_str();
  AddTlsFlags(app, flags.tls);
  app.add_option("--threads", flags.load_threads,
                 "Load threads; 0: one for each core, or for each of --cores")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option_function<std::string>(
      "--cores",
      [&flags](const std::string& text) {
        absl::StatusOr<std::vector<int>> cores = ParseCoreList(text, UsableCores());
        if (!cores.ok())
          throw CLI::ValidationError("--cores", std::string(ToStd(cores.status().message())));
        flags.cores = *std::move(cores);
      },
      "Pin the load threads to these cores, one after another: 2,3 or 4-7,12");
  app.add_option("--spin-us", flags.spin_us,
                 "Open loop: before a request is due, look at the clock for so many microseconds "
                 "instead of sleeping (costs a core, gains the time of a wake-up)")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  app.add_option("--allow-target", flags.allow_targets,
                 "A network that engines may be in, besides loopback and private ones: an address, "
                 "10.0.0.0/8, or any; repeatable")
      ->take_all();
  app.add_option("--item-cache", flags.item_cache_bytes, "Memory for dataset items")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_option("--spool-dir", flags.spool_dir,
                 "Where records go that no controller takes, for 24 h and up to 1 GiB (default: "
                 "$STATE_DIRECTORY/spool, else ~/.local/state/monsoon/spool)");
  app.add_option("--spool-memory-bytes", flags.spool_memory_bytes,
                 "Records that wait for the controller in memory; beyond it they go to disk")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_option("--port-file", flags.port_file, "Write the port listened on to this file");
  app.add_option("--exit-with-parent", flags.exit_with_parent,
                 "End when the process that started this agent, of this pid, ends");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    *exit_status = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  return flags;
}

}  // namespace monsoon
