// RunAgent and AgentState: what the controller keeps about one agent, for the whole run and during
// one case. Pure bookkeeping.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"

#include "controller/core/run/agent_link.h"
#include "controller/core/run/case_clock.h"
#include "controller/core/run/first_send.h"
#include "controller/core/run/item_ledger.h"

namespace monsoon {

// Lives from Welcome to the end of the run.
struct RunAgent {
  RunAgent(AgentLink* agent_link, int64_t item_cache_bytes)
      : link(agent_link), items(item_cache_bytes) {}

  AgentLink* link;
  ItemLedger items;
  ClockOffset clock;
  double weight = 1;           // as the scenario has it
  uint64_t last_sequence = 0;  // highest sequence of a batch that was taken
  bool suspected = false;
  bool lost = false;  // and did not come back: it serves no case that begins now
};

// During one case.
struct AgentState {
  explicit AgentState(RunAgent* run_agent)
      : run(run_agent),
        link(run_agent->link),
        absent(run_agent->lost),
        suspected(run_agent->suspected),
        lost(run_agent->lost) {}

  RunAgent* run;
  AgentLink* link;
  int64_t share = 0;        // requests in flight
  int64_t start_share = 0;  // at the start; it grows when others are lost
  double rate = 0;          // open loop: of the case's rate, per second

  bool absent = false;  // lost in an earlier case: it has no part in this one
  bool ready = false;
  bool suspected = false;
  int64_t suspected_since_ns = 0;
  int64_t suspected_count = 0;
  int64_t suspected_ns = 0;  // all together, up to the last recovery
  bool lost = false;
  bool gave_up = false;  // ended the case by itself; its records still come
  std::string lost_reason;
  std::string engine_address;

  // Work: handed = finished + outstanding + recalled.
  int64_t handed = 0;
  int64_t recalled = 0;
  uint64_t recall_pending = 0;               // entries asked back, not yet answered
  absl::flat_hash_set<uint64_t> unreported;  // handed, neither recorded nor recalled
  ProgressEvent progress;

  std::optional<CaseDoneEvent> facts;
  // Of its records: broken off, and not sent (but for an open loop's limit).
  int64_t cancelled_records = 0;
  int64_t not_sent_records = 0;
  FirstSend first_send;
  CaseClock clock;

  // Finished requests per second, smoothed over about a second.
  double rate_per_s = 0;
  int64_t rate_since_ns = 0;
  int64_t rate_finished = 0;

  // More is to be heard from it in this case.
  bool active() const { return !lost; }
  // It may be given work, now or after a silence.
  bool working() const { return !lost && !gave_up; }
  // It may be given work now.
  bool trusted() const { return working() && !suspected; }
  // CaseDone came, and every record that it announced.
  bool complete() const { return facts && run->last_sequence >= facts->last_sequence; }
  int64_t round_trip_ns() const { return run->clock.round_trip_ns(); }
  // Entries that the agent has and has not finished, as far as is known here.
  int64_t outstanding() const { return handed - recalled - progress.finished; }
  void UpdateRate(int64_t now_ns);
  void SetSuspected(bool is, int64_t now_ns);
  void Take(const RequestRecord& record);
};

}  // namespace monsoon
