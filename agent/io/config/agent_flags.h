// The agent's command line and configuration file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/io/config/tls_flags.h"

namespace monsoon {

struct AgentFlags {
  std::string listen = "127.0.0.1:7070";
  TlsFlags tls;
  int load_threads = 0;    // 0: one for each core, or each of `cores`
  std::vector<int> cores;  // that the load threads stay on; empty: where the kernel puts them
  int64_t spin_us = 0;     // before a due moment, look at the clock instead of sleeping
  std::vector<std::string> allow_targets;
  int64_t item_cache_bytes = int64_t{1} << 30;
  std::string spool_dir;  // empty: the usual place
  int64_t spool_memory_bytes = int64_t{64} << 20;
  std::string port_file;         // the port listened on is written there
  int64_t exit_with_parent = 0;  // the embedded agent ends with its controller, of this pid; 0: not
};

// Parses argv; FLAG = value pairs also come from --config FILE (INI or TOML, the names of the flags
// without dashes), which the command line overrides. On --help, --version or an error it prints
// what there is to say and returns nullopt with *exit_status set.
std::optional<AgentFlags> ParseAgentFlags(int argc, char** argv, int* exit_status);

}  // namespace monsoon
