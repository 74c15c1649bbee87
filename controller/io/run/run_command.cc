#include "controller/io/run/run_command.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <random>
#include <utility>

#include "absl/strings/str_format.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/time/steady_clock.h"
#include "common/version.h"
#include "controller/core/report/exit_status.h"
#include "controller/core/report/report_text.h"
#include "controller/io/files/atomic_file.h"
#include "controller/io/files/result_files.h"
#include "controller/io/files/run_dir.h"
#include "controller/io/run/agent_fleet.h"
#include "controller/io/run/case_driver.h"
#include "controller/io/run/preflight.h"
#include "controller/io/run/run_inputs.h"
#include "controller/io/run/scenario_security.h"
#include "controller/io/run/secrets.h"
#include "controller/io/scenario/scenario_yaml.h"

namespace monsoon {
namespace {

// Unique for ever, and short enough to be read out: it begins every x-request-id.
std::string NewRunId() {
  std::random_device random;
  return absl::StrFormat("%08x%04x", random(), random() & 0xffff);
}

FleetOptions MakeFleetOptions(const RunOptions& options, const RunInputs& inputs) {
  FleetOptions fleet;
  fleet.agents = options.agents.empty() ? inputs.scenario.agents : options.agents;
  fleet.expect_agents = options.agents.empty() ? inputs.scenario.expect_agents : 0;
  fleet.security = SecurityOf(options.security, inputs.scenario);
  for (const std::string& target : options.allow_targets) {
    fleet.embedded_arguments.insert(fleet.embedded_arguments.end(), {"--allow-target", target});
  }
  if (options.embedded_threads > 0) {
    fleet.embedded_arguments.insert(fleet.embedded_arguments.end(),
                                    {"--threads", StrCat(options.embedded_threads)});
  }
  fleet.carries_secrets = inputs.has_secrets();
  return fleet;
}

// One run, from connected agents to written records.
class Run {
 public:
  Run(const RunOptions& options, RunInputs inputs)
      : options_(options), inputs_(std::move(inputs)), display_(stderr, options.quiet) {}

  // Rejections before any load; leaves nothing behind.
  absl::Status Prepare() {
    facts_.run_id = NewRunId();
    ASSIGN_OR_RETURN(fleet_, AgentFleet::Connect(MakeOptions(), facts_.run_id, &clock_));
    facts_.name = inputs_.scenario.name;
    facts_.version = kVersion;
    facts_.seed = inputs_.scenario.seed;
    facts_.calibration = inputs_.scenario.calibration;
    facts_.started_wall_ns = clock_.WallNs();
    if (options_.out_dir.empty()) {
      ASSIGN_OR_RETURN(run_dir_, CreateRunDir("runs", facts_.name, facts_.started_wall_ns));
    } else {
      ASSIGN_OR_RETURN(run_dir_, CreateRunDirAt(options_.out_dir));
    }
    RETURN_IF_ERROR(
        WriteFileAtomically(run_dir_ + "/scenario.yaml", ScenarioToYaml(inputs_.scenario)));
    ASSIGN_OR_RETURN(db_, RunDb::Create(run_dir_ + "/run.db"));
    return db_->WriteRun(facts_);
  }

  // Asks each engine once. Rejections before any load, as above.
  absl::Status AskEngines() {
    if (!options_.preflight || !inputs_.scenario.preflight) return absl::OkStatus();
    const PreflightContext context{.run_id = facts_.run_id,
                                   .inputs = &inputs_,
                                   .clock = &clock_,
                                   .fleet = fleet_.get(),
                                   .signals = &signals_,
                                   .display = &display_,
                                   .repeats = &repeats_};
    ASSIGN_OR_RETURN(facts_.engines, Preflight(context).Run());
    return db_->WriteEngines(facts_.engines);
  }

  // All cases, in order. An error: the very first was rejected and nothing was sent, or the
  // database is lost.
  absl::Status Execute() {
    RunContext context{.run_id = facts_.run_id,
                       .seed = inputs_.scenario.seed,
                       .run_start_ns = clock_.MonotonicNs(),
                       .case_count = inputs_.scenario.cases.size(),
                       .clock = &clock_,
                       .fleet = fleet_.get(),
                       .db = db_.get(),
                       .repeats = &repeats_,
                       .counter = &counter_,
                       .display = &display_,
                       .signals = &signals_};
    for (const CaseSpec& spec : inputs_.scenario.cases) {
      if (any_load_) Pause();
      const bool interrupted = signals_.count() > 0;
      if (interrupted && !any_load_) return absl::CancelledError("interrupted before any load");
      const CaseInputs& input = inputs_.cases[spec.index];
      CaseDriver driver(context, spec, input.api_key, input.dataset, input.plan, input.tokenizer);
      absl::Status status =
          interrupted ? driver.Skip("not run: the run was interrupted by a signal") : driver.Run();
      if (absl::IsDataLoss(status)) {
        WriteEnd().IgnoreError();
        return status;
      }
      if (!status.ok() && !any_load_) return status;
      if (!status.ok()) display_.Say(StrCat("  not run: ", ToStd(status.message())));
      any_load_ = any_load_ || status.ok();
    }
    return WriteEnd();
  }

  // Writes the reports and shows them; returns the exit status.
  absl::StatusOr<int> Report() {
    ASSIGN_OR_RETURN(const RunReport report, WriteReports(run_dir_, *db_));
    const TextOptions text{.ansi_colours = isatty(STDOUT_FILENO) != 0};
    std::cout << RenderReportText(report, text) << "\nreport: " << run_dir_ << "/report.html\n";
    return ExitStatus(report);
  }

  // Removes what Prepare made, after a rejection.
  void Discard() {
    db_ = nullptr;
    std::error_code ignored;
    if (!run_dir_.empty()) std::filesystem::remove_all(run_dir_, ignored);
  }

  bool any_load() const { return any_load_; }

 private:
  FleetOptions MakeOptions() {
    FleetOptions fleet = MakeFleetOptions(options_, inputs_);
    fleet.on_records = [this](int32_t case_index, std::span<RequestRecord> records) {
      counter_.Count(case_index, records);
    };
    return fleet;
  }

  absl::Status WriteEnd() {
    facts_.interrupted = signals_.count() > 0;
    facts_.finished_wall_ns = clock_.WallNs();
    return db_->WriteRun(facts_);
  }

  void Pause() {
    const int64_t until_ns = clock_.MonotonicNs() + inputs_.scenario.pause_ns;
    while (clock_.MonotonicNs() < until_ns && signals_.count() == 0) {
      fleet_->Idle(std::min<int64_t>(until_ns - clock_.MonotonicNs(), 100 * kNsPerMs));
    }
  }

  const RunOptions& options_;
  const RunInputs inputs_;
  const SteadyClock clock_;
  SignalWatcher signals_;
  ProgressDisplay display_;
  RepeatTracker repeats_;
  RunFacts facts_;
  std::string run_dir_;
  TokenCounter counter_{DefaultCountingThreads()};  // outlives the fleet, whose threads call it
  std::unique_ptr<AgentFleet> fleet_;
  std::unique_ptr<RunDb> db_;
  bool any_load_ = false;
};

int Fail(const absl::Status& status, int exit_status) {
  std::cerr << ToStd(status.message()) << "\n";
  return exit_status;
}

}  // namespace

int RunCommand(const RunOptions& options) {
  absl::StatusOr<RunInputs> inputs =
      LoadRunInputs(options.scenario_path, options.overrides, ProcessEnvironment(),
                    {.downloads = Downloads::kYes, .quiet = options.quiet});
  if (!inputs.ok()) return Fail(inputs.status(), kExitRejected);

  ForgetVariables(SecretVariables(inputs->scenario));
  // From here on a signal drains; until now it simply ended the program. No thread exists yet.
  SignalWatcher::Block();
  Run run(options, *std::move(inputs));
  absl::Status status = run.Prepare();
  if (status.ok()) status = run.AskEngines();
  if (status.ok()) status = run.Execute();
  if (!status.ok() && !run.any_load() && !absl::IsDataLoss(status)) {
    run.Discard();
    return Fail(status, kExitRejected);
  }
  if (!status.ok()) Fail(status, kExitNotTrustworthy);
  const absl::StatusOr<int> exit_status = run.Report();
  if (!exit_status.ok()) return Fail(exit_status.status(), kExitNotTrustworthy);
  return status.ok() ? *exit_status : kExitNotTrustworthy;
}

}  // namespace monsoon
