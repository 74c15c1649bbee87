// What an agent was told when it was started, and what it found out about its machine.
#pragma once

#include <cstdint>
#include <string>

#include "agent/core/load/load_threads.h"
#include "agent/core/net/address_policy.h"
#include "agent/core/operate/agent_observer.h"

namespace monsoon {

struct AgentOptions {
  std::string hostname;
  std::string name;         // what its operator calls it, in messages and tables
  std::string instance_id;  // new with each start of the process
  LoadThreads load_threads;
  AddressPolicy policy;
  int64_t item_cache_bytes = int64_t{1} << 30;
  int64_t max_queued_work = int64_t{1} << 16;
  // Records that the controller has not acknowledged; beyond this the case is given up.
  int64_t max_unacknowledged_bytes = int64_t{1} << 30;
  AgentObserver* observer = NoObserver();  // outlives the agent
};

}  // namespace monsoon
