// The agent's command line and configuration file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/operate/log_entry.h"
#include "agent/io/config/tls_flags.h"

namespace monsoon {

struct AgentFlags {
  std::string listen = "127.0.0.1:7070";
  std::string name;  // in messages and tables; the host's by default
  TlsFlags tls;
  int load_threads = 0;    // 0: one for each core, or each of `cores`
  std::vector<int> cores;  // that the load threads stay on; empty: where the kernel puts them
  int64_t spin_us = 0;     // before a due moment, look at the clock instead of sleeping
  std::vector<std::string> allow_targets;
  int64_t item_cache_bytes = int64_t{1} << 30;
  int64_t drain_timeout_ns = 30'000'000'000;
  LogFormat log_format = LogFormat::kText;
  LogLevel log_level = LogLevel::kInfo;
  std::string metrics_listen;  // empty: no metrics
  std::string health_listen;   // empty: health checks are answered at `listen` alone
  std::string health_check;    // an address: ask that agent, and end
  bool check_config = false;   // print `effective`, and end
  std::string spool_dir;       // empty: the usual place
  int64_t spool_memory_bytes = int64_t{64} << 20;
  std::string port_file;         // the port listened on is written there
  int64_t exit_with_parent = 0;  // the embedded agent ends with its controller, of this pid; 0: not

  std::string effective;  // what holds, as a configuration file that says where each value is from
};

// Parses argv. What --config FILE sets (agent/io/config/config_file.h) holds where the command line
// does not. On --help, --version or an error it prints what there is to say and returns nullopt
// with *exit_status set; whatever is wrong in the file is told with its line.
std::optional<AgentFlags> ParseAgentFlags(int argc, char** argv, int* exit_status);

// The flags that a configuration file may set.
std::vector<std::string> ConfigKeys();

}  // namespace monsoon
