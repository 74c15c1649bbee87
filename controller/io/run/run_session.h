// RunSession: one run, from connected agents to written reports: what `controller run` and
// `controller resume` have in common.
//
// One object per process, used from its main thread. REQUIRES: SignalWatcher::Block() was called
// before any thread existed.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/time/steady_clock.h"
#include "controller/io/files/run_lock.h"
#include "controller/io/run/agent_fleet.h"
#include "controller/io/run/case_driver.h"
#include "controller/io/run/invocation.h"
#include "controller/io/run/run_inputs.h"

namespace monsoon {

// One case to be run: one of the scenario, maybe not for the first time.
struct SessionCase {
  CaseSpec spec;
  size_t input = 0;  // position in RunInputs::cases
  CaseAttempt attempt;
};

class RunSession {
 public:
  RunSession(RunInputs inputs, RunInvocation invocation, bool quiet);

  // A new run, in a folder of its own (`out_dir` "": runs/<name>-<UTC time>), with its agents
  // connected. An error is a rejection before any load: Discard().
  absl::Status Prepare(const std::string& out_dir);
  // A run whose controller died, with what it left.
  void TakeUp(std::string run_dir, RunLock lock, std::unique_ptr<RunDb> db, RunFacts facts);
  // Of a run that was taken up, before any case: the agents.
  absl::Status Connect();
  // Asks each engine once. Rejections before any load, as above.
  absl::Status AskEngines();
  // The scenario's cases, none of them run before.
  std::vector<SessionCase> AllCases() const;
  // All of them, in order. An error: the very first was rejected and nothing was sent, or the
  // database is lost.
  absl::Status Execute(const std::vector<SessionCase>& cases);
  // The run is over, and its facts say so.
  absl::Status WriteEnd();
  // After an error that ended it early: the same, and how to go on.
  absl::Status NotComplete(const absl::Status& error) const;
  // Writes the reports and shows them; returns the exit status.
  absl::StatusOr<int> Report();
  // Removes what Prepare made, after a rejection.
  void Discard();

  bool any_load() const { return any_load_; }
  const RunInputs& inputs() const { return inputs_; }
  const RunInvocation& invocation() const { return invocation_; }
  const std::string& run_dir() const { return run_dir_; }
  const RunFacts& facts() const { return facts_; }
  // Zero of the common time line, on this process's clock.
  int64_t zero_ns() const { return zero_ns_; }
  const Clock& clock() const { return clock_; }
  const SignalWatcher& signals() const { return signals_; }
  RunDb& db() { return *db_; }
  RecordKeeper& keeper() { return *keeper_; }
  ProgressDisplay& display() { return display_; }
  RepeatTracker& repeats() { return repeats_; }
  TokenCounter& counter() { return counter_; }
  // How agents are spoken to: as the command line says, else as the scenario does.
  AgentSecurity Security() const;
  // For the agent that this process starts, with its spool in the run's folder.
  std::vector<std::string> EmbeddedArguments() const;
  const RunLock& lock() const { return *lock_; }

 private:
  FleetOptions MakeFleetOptions();
  absl::Status Pause();

  const RunInputs inputs_;
  const RunInvocation invocation_;
  const SteadyClock clock_;
  SignalWatcher signals_;
  ProgressDisplay display_;
  RepeatTracker repeats_;
  RunFacts facts_;
  int64_t zero_ns_ = 0;
  std::string run_dir_;
  bool made_folder_ = false;  // this object alone put into it what is there
  std::optional<RunLock> lock_;
  TokenCounter counter_{DefaultCountingThreads()};  // outlives the fleet, whose threads call it
  std::unique_ptr<RunDb> db_;
  std::unique_ptr<RecordKeeper> keeper_;
  std::unique_ptr<AgentFleet> fleet_;
  bool any_load_ = false;
};

}  // namespace monsoon
