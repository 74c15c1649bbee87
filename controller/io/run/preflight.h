// Preflight: before any load, each distinct engine of a run is asked once, through an agent, with
// the request that its first case would send first; so that a wrong URL, key, model or type costs a
// second and a sentence (controller/core/preflight).
//
// Used from the run's thread, between Connect and the first case.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/time/clock.h"
#include "controller/core/dataset/repeat_tracker.h"
#include "controller/core/preflight/engine_facts.h"
#include "controller/core/preflight/judge_probe.h"
#include "controller/io/run/agent_fleet.h"
#include "controller/io/run/run_inputs.h"
#include "controller/io/run/signal_watcher.h"
#include "controller/io/terminal/progress_display.h"

namespace monsoon {

// All pointers outlive the preflight.
struct PreflightContext {
  std::string run_id;
  const RunInputs* inputs = nullptr;
  const Clock* clock = nullptr;
  AgentFleet* fleet = nullptr;
  const SignalWatcher* signals = nullptr;
  ProgressDisplay* display = nullptr;
  RepeatTracker* repeats = nullptr;  // hears of every prompt that was sent
};

class Preflight {
 public:
  explicit Preflight(const PreflightContext& context) : context_(context) {}

  // What was learned of each engine. FAILED_PRECONDITION, with one line for each engine that would
  // not do, when there is any; CANCELLED after a signal; UNAVAILABLE when an agent is lost.
  absl::StatusOr<std::vector<EngineFacts>> Run();

 private:
  absl::StatusOr<ProbeVerdict> Ask(const CaseSpec& spec, const CaseInputs& input,
                                   uint32_t probe_index);
  absl::StatusOr<ProbeResult> Await(const ProbeOrder& order, size_t agent);
  void Show(const EngineFacts& facts) const;

  const PreflightContext& context_;
};

}  // namespace monsoon
