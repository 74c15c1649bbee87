// StepRunner: carries one step of a calibration through the path that every run takes: a case with
// the embedded agent, over gRPC, into a run.db that is then read back.
//
// One object per calibration; used from the run's thread. All pointers outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "common/time/clock.h"
#include "controller/core/calibrate/calibration.h"
#include "controller/core/calibrate/step_script.h"
#include "controller/core/dataset/dataset.h"
#include "controller/core/scenario/scenario.h"
#include "controller/io/run/agent_fleet.h"
#include "controller/io/run/signal_watcher.h"

namespace monsoon {

struct StepRunnerContext {
  std::string run_id;
  std::string folder;  // for the files of the steps
  const Clock* clock = nullptr;
  AgentFleet* fleet = nullptr;
  const SignalWatcher* signals = nullptr;
  std::optional<int> engine_core;
};

class StepRunner {
 public:
  static absl::StatusOr<std::unique_ptr<StepRunner>> Create(StepRunnerContext context);

  // Starts a null engine, runs the case, compares. CANCELLED when a signal came meanwhile.
  absl::StatusOr<CalibrationStep> Run(const StepSpec& step);

 private:
  explicit StepRunner(StepRunnerContext context) : context_(std::move(context)) {}
  CaseSpec MakeCase(const StepScript& script, const StepSpec& step, const std::string& url) const;
  // The case's records and facts are in `db_path` afterwards.
  absl::Status RunCase(const CaseSpec& spec, const std::string& db_path);

  const StepRunnerContext context_;
  DatasetSpec dataset_spec_;
  std::unique_ptr<Dataset> dataset_;
  int32_t next_case_ = 0;
};

}  // namespace monsoon
