// What `controller agents` prints: one row for each agent, whether it answered or not. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace monsoon {

struct AgentRow {
  std::string address;  // as the user named it
  std::string error;    // a sentence; empty: it answered, and the rest holds
  std::string name;     // what its operator calls it
  std::string hostname;
  std::string version;
  uint32_t protocol = 0;
  bool busy = false;
  bool draining = false;
  std::string run_id;         // of the run that holds it, if it says so
  double clock_offset_s = 0;  // its monotonic clock minus this machine's
  double clock_bound_s = 0;
  double round_trip_s = 0;
  int64_t load_threads = 0;
  int64_t cores = 0;
  int64_t max_connections = 0;
  int64_t free_connections = 0;
};

// It answered, and a run may use it now or once it is free.
bool IsUsable(const AgentRow& row);
// "idle", "run r1", "draining", "unusable".
std::string AgentStateText(const AgentRow& row);

// A table for people. The sentences of those that did not answer are not in it.
std::string RenderAgentTable(const std::vector<AgentRow>& rows);
// {"schema":"monsoon.agents/1","agents":[...]}, for scripts.
std::string RenderAgentsJson(const std::vector<AgentRow>& rows);

}  // namespace monsoon
