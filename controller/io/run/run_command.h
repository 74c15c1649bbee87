// `controller run`: the main job, from the scenario's file to the reports and the exit status.
#pragma once

#include <string>
#include <vector>

#include "controller/io/agents/agent_security.h"

namespace monsoon {

struct RunOptions {
  std::string scenario_path;
  std::string out_dir;                     // "": runs/<name>-<UTC time>
  std::vector<std::string> agents;         // overrides the scenario's
  AgentSecurity security;                  // overrides the scenario's
  std::vector<std::string> overrides;      // of --set
  std::vector<std::string> allow_targets;  // for the embedded agent
  int embedded_threads = 0;                // of the embedded agent; 0: one for each core
  bool preflight = true;                   // and the scenario wants it
  bool quiet = false;
};

// Returns the exit status (design section 3). Everything for the user goes to stdout (the tables)
// and stderr (progress, errors). REQUIRES: the process has no other thread.
int RunCommand(const RunOptions& options);

}  // namespace monsoon
