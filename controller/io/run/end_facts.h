// What an agent measured of itself in a case, from the end that it told, live or through its spool.
#pragma once

#include "controller/core/report/run_facts.h"
#include "controller/core/run/agent_link.h"

namespace monsoon {

inline void TakeEnd(const CaseDoneEvent& done, AgentFacts& facts) {
  facts.new_connections = done.new_connections;
  facts.reused_connections = done.reused_connections;
  facts.busy_share_max = done.busy_share_max;
  facts.cpu_seconds = done.cpu_seconds;
  facts.starved_slot_ns = done.starved_slot_ns;
  facts.loop_lag_ns = done.loop_lag_ns;
  facts.kernel_lag_ns = done.kernel_lag_ns;
  facts.timer_lag_ns = done.timer_lag_ns;
  facts.clock_step_ns = done.clock_step_ns;
  facts.clock_rate_error = done.clock_rate_error;
}

}  // namespace monsoon
