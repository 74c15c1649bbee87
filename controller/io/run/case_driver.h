// CaseDriver: carries one case through: feeds the coordinator with events and the time, stores
// records before they are acknowledged, shows progress, and writes down the facts at the end.
//
// One object per case, used from the run's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/base/secret.h"
#include "common/time/clock.h"
#include "controller/core/dataset/dataset.h"
#include "controller/core/dataset/repeat_tracker.h"
#include "controller/core/report/run_facts.h"
#include "controller/core/run/case_coordinator.h"
#include "controller/core/run/live_stats.h"
#include "controller/core/scenario/scenario_plan.h"
#include "controller/core/tokens/tokenizer.h"
#include "controller/io/counting/token_counter.h"
#include "controller/io/run/agent_fleet.h"
#include "controller/io/run/case_source.h"
#include "controller/io/run/record_keeper.h"
#include "controller/io/run/signal_watcher.h"
#include "controller/io/run/unreported.h"
#include "controller/io/store/run_db.h"
#include "controller/io/terminal/progress_display.h"

namespace monsoon {

// What every case of a run shares; all pointers outlive the drivers.
struct RunContext {
  std::string run_id;
  uint64_t seed = 0;         // the scenario's
  int64_t run_start_ns = 0;  // zero of the common time line, controller's clock
  size_t case_count = 0;
  int64_t lease_ns = kDefaultLeaseNs;
  OnAgentLoss on_agent_loss = OnAgentLoss::kContinue;
  int64_t max_start_skew_ns = 100 * kNsPerMs;
  const Clock* clock = nullptr;
  AgentFleet* fleet = nullptr;
  RunDb* db = nullptr;
  RepeatTracker* repeats = nullptr;
  RecordKeeper* keeper = nullptr;
  TokenCounter* counter = nullptr;  // nullptr: no case has tokens counted here
  ProgressDisplay* display = nullptr;
  const SignalWatcher* signals = nullptr;
};

// The case as an agent must know it, with the whole case's concurrency.
AgentCase MakeAgentCase(const std::string& run_id, const CaseSpec& spec, const Secret& api_key);

// Which go at a case this is (`controller resume --rerun`).
struct CaseAttempt {
  int64_t number = 1;
  std::optional<int32_t> supersedes;  // the case that it repeats
};

class CaseDriver {
 public:
  // `tokenizer`: the model's, for the cases that count with it; else nullptr.
  CaseDriver(const RunContext& context, const CaseSpec& spec, const Secret& api_key,
             Dataset* dataset, RequestPlan plan, const Tokenizer* tokenizer = nullptr,
             CaseAttempt attempt = {});

  // Runs the case and writes its records and facts. An error means that the case was rejected
  // before any load (its facts are written nevertheless, with everything not sent), except
  // DATA_LOSS: the database can take no more, and the run must end, with this case going on in it.
  absl::Status Run();
  // Instead of Run: the case will not be run, for this reason; its facts and its requests, not
  // sent, are written.
  absl::Status Skip(const std::string& reason);
  // After Run(): a signal kept the case from being carried out to its end.
  bool interrupted() const { return signals_seen_ > 0 && coordinator_.interrupted(); }
  // After Run(): an agent was lost, and OnAgentLoss::kAbort ends the run.
  bool aborted() const { return coordinator_.aborted(); }

 private:
  absl::Status Drive();
  void BeginCounting();
  absl::Status WriteDown();
  // The database knows of the case before an agent does, and of its start as soon as it has one.
  absl::Status WriteRunning();
  absl::Status NoteStart();
  absl::Status Store(const AgentEvent& event);
  void HandleSignals();
  void Show(int64_t now_ns);
  std::string ProgressLine(int64_t now_ns) const;
  absl::Status WriteUnsent();
  CaseFacts MakeFacts(CaseState state) const;
  AgentFacts MakeAgentFacts(const AgentState& agent) const;
  int64_t ShiftNs() const;
  UnreportedCase Unreported() const;

  const RunContext& context_;
  const CaseSpec& spec_;
  Dataset& dataset_;
  const RequestPlan plan_;
  const Tokenizer* const tokenizer_;
  const std::optional<PlannedWindow> window_;  // of a duration stop, since the case's start
  int64_t last_due_ns_ = 0;                    // open loop: when the last request is due
  const CaseAttempt attempt_;
  HandedMark mark_;
  CaseSource source_;
  CaseCoordinator coordinator_;
  LiveStats live_;
  bool start_noted_ = false;
  int signals_seen_ = 0;
};

}  // namespace monsoon
