// `controller resume`: takes up a run whose controller died: waits until the agents' lease is over,
// collects what they kept, closes the case that was going on, and runs the ones that remain.
//
// It can be broken off, or die, at any moment, and be called again.
#pragma once

#include <string>
#include <vector>

#include "controller/io/agents/agent_security.h"

namespace monsoon {

struct ResumeOptions {
  std::string run_dir;
  AgentSecurity security;           // in place of the run's
  std::vector<std::string> agents;  // where they are now; empty: where the run had them
  bool rerun = false;               // repeat interrupted cases as new attempts
  bool quiet = false;
};

// Returns the exit status, as `controller run`. REQUIRES: the process has no other thread.
int ResumeCommand(const ResumeOptions& options);

}  // namespace monsoon
