// RunAgent and AgentState: what the controller keeps about one agent, for the whole run and during
// one case. Pure bookkeeping.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"

#include "controller/core/run/agent_link.h"
#include "controller/core/run/item_ledger.h"

namespace monsoon {

// Lives from Welcome to the end of the run.
struct RunAgent {
  RunAgent(AgentLink* agent_link, int64_t item_cache_bytes)
      : link(agent_link), items(item_cache_bytes) {}

  AgentLink* link;
  ItemLedger items;
  ClockOffset clock;
  uint64_t last_sequence = 0;  // highest sequence of a batch that was taken
  bool lost = false;
};

// During one case.
struct AgentState {
  explicit AgentState(RunAgent* run_agent)
      : run(run_agent), link(run_agent->link), lost(run_agent->lost) {}

  RunAgent* run;
  AgentLink* link;
  int64_t share = 0;  // requests in flight

  bool ready = false;
  bool lost = false;
  std::string lost_reason;
  std::string engine_address;

  // Work: handed = finished + outstanding + recalled.
  int64_t handed = 0;
  int64_t recalled = 0;
  uint64_t recall_pending = 0;               // entries asked back, not yet answered
  absl::flat_hash_set<uint64_t> unreported;  // handed, neither recorded nor recalled
  ProgressEvent progress;

  std::optional<CaseDoneEvent> facts;

  // Finished requests per second, smoothed over about a second.
  double rate_per_s = 0;
  int64_t rate_since_ns = 0;
  int64_t rate_finished = 0;

  bool active() const { return !lost; }
  // CaseDone came, and every record that it announced.
  bool complete() const { return facts && run->last_sequence >= facts->last_sequence; }
  int64_t round_trip_ns() const { return run->clock.round_trip_ns(); }
  // Entries that the agent has and has not finished, as far as is known here.
  int64_t outstanding() const { return handed - recalled - progress.finished; }
  void UpdateRate(int64_t now_ns);
};

}  // namespace monsoon
