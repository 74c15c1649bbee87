#include "controller/io/calibrate/calibrate_command.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <random>
#include <utility>

#include "absl/strings/str_format.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/time/duration_text.h"
#include "common/time/steady_clock.h"
#include "controller/core/calibrate/calibration_json.h"
#include "controller/core/calibrate/calibration_text.h"
#include "controller/core/calibrate/ladder.h"
#include "controller/core/report/exit_status.h"
#include "controller/io/calibrate/machine.h"
#include "controller/io/calibrate/scratch_folder.h"
#include "controller/io/calibrate/step_runner.h"
#include "controller/io/files/atomic_file.h"
#include "controller/io/run/agent_fleet.h"
#include "controller/io/run/signal_watcher.h"

namespace monsoon {
namespace {

constexpr double kSecondsPerStep = 8;
constexpr double kQuickSecondsPerStep = 2;
constexpr int kBisections = 2;
constexpr int kQuickBisections = 1;

std::vector<int64_t> StreamsOf(const CalibrateOptions& options) {
  if (!options.streams.empty()) return options.streams;
  if (options.quick) return {1, 128, 1000};
  return {1, 128, 1000, 4000};
}

std::vector<int64_t> RatesOf(const CalibrateOptions& options) {
  if (options.no_rates) return {};
  if (!options.rates.empty()) return options.rates;
  if (options.quick) return {100, 1000};
  return {100, 1000, 5000, 10'000};
}

bool Rises(const std::vector<int64_t>& levels) {
  return std::adjacent_find(levels.begin(), levels.end(), std::greater_equal<>()) == levels.end();
}

absl::Status CheckOptions(const CalibrateOptions& options) {
  if (!Rises(options.streams)) {
    return absl::InvalidArgumentError("--streams must rise, for example 1,128,1000,4000");
  }
  if (!Rises(options.rates)) {
    return absl::InvalidArgumentError("--rates must rise, for example 100,1000,5000");
  }
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path out = fs::absolute(options.out_path, error);
  if (error || !fs::is_directory(out.parent_path(), error)) {
    return absl::NotFoundError(
        StrCat("--out ", options.out_path, ": there is no folder ", out.parent_path().string()));
  }
  if (fs::is_directory(out, error)) {
    return absl::InvalidArgumentError(
        StrCat("--out ", options.out_path, " is a folder; name a file"));
  }
  return absl::OkStatus();
}

FleetOptions MakeFleetOptions(const CalibrateOptions& options, const Placement& placement) {
  FleetOptions fleet;
  fleet.embedded_core = placement.agent_core;
  const int threads = options.threads > 0 ? options.threads : placement.agent_core ? 1 : 0;
  if (threads > 0) fleet.embedded_arguments = {"--threads", StrCat(threads)};
  return fleet;
}

StepOutcome OutcomeOf(const CalibrationStep& step) {
  if (step.is_void) return StepOutcome::kVoid;
  return step.verdict == "VALID" ? StepOutcome::kValid : StepOutcome::kInvalid;
}

// Climbs `levels`, each of which becomes the member `level` of a step.
absl::StatusOr<Ladder> Climb(const CalibrateOptions& options, std::vector<int64_t> levels,
                             int64_t StepSpec::*level, StepRunner& runner, Calibration& out) {
  Ladder ladder(std::move(levels), options.quick ? kQuickBisections : kBisections);
  StepSpec spec;
  spec.tokens_per_s = options.tokens_per_s;
  spec.seconds = options.seconds_per_step > 0 ? options.seconds_per_step
                 : options.quick              ? kQuickSecondsPerStep
                                              : kSecondsPerStep;
  while (const std::optional<int64_t> next = ladder.Next()) {
    spec.*level = *next;
    ASSIGN_OR_RETURN(const CalibrationStep step, runner.Run(spec));
    std::cerr << StepLine(step) << std::endl;
    ladder.Add(*next, OutcomeOf(step));
    out.steps.push_back(step);
  }
  return ladder;
}

absl::Status ClimbAll(const CalibrateOptions& options, StepRunner& runner, Calibration& out) {
  ASSIGN_OR_RETURN(const Ladder streams,
                   Climb(options, StreamsOf(options), &StepSpec::streams, runner, out));
  out.capacity.streams = streams.highest_valid();
  out.capacity.limit = streams.limit();
  const std::vector<int64_t> rates = RatesOf(options);
  if (rates.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Ladder rate_ladder,
                   Climb(options, rates, &StepSpec::requests_per_s, runner, out));
  out.rate_capacity = {rate_ladder.highest_valid(), rate_ladder.limit()};
  return absl::OkStatus();
}

// The floor and the capacity's events per second are those of the steps that gave them.
absl::Status Conclude(Calibration& out) {
  const CalibrationStep* lowest = nullptr;
  for (const CalibrationStep& step : out.steps) {
    if (step.requests_per_s > 0) continue;
    if (step.streams == out.capacity.streams) out.capacity.events_per_s = step.events_per_s;
    if (!step.is_void && (lowest == nullptr || step.streams < lowest->streams)) lowest = &step;
  }
  if (lowest == nullptr) {
    return absl::FailedPreconditionError(
        "the null engine was late in every step, so nothing is known about the agent: move other "
        "work off this machine, or take the two apart with --pin, and calibrate again");
  }
  out.floor = lowest->ttft_error;
  out.floor_streams = lowest->streams;
  return absl::OkStatus();
}

absl::StatusOr<Calibration> Calibrate(const CalibrateOptions& options, const Placement& placement,
                                      bool& any_load) {
  const SteadyClock clock;
  const SignalWatcher signals;
  ASSIGN_OR_RETURN(const ScratchFolder scratch, ScratchFolder::Create());
  std::random_device random;
  const std::string run_id = absl::StrFormat("%08x%04x", random(), random() & 0xffff);
  ASSIGN_OR_RETURN(const std::unique_ptr<AgentFleet> fleet,
                   AgentFleet::Connect(MakeFleetOptions(options, placement), run_id, &clock));
  ASSIGN_OR_RETURN(const std::unique_ptr<StepRunner> runner,
                   StepRunner::Create({.run_id = run_id,
                                       .folder = scratch.path(),
                                       .clock = &clock,
                                       .fleet = fleet.get(),
                                       .signals = &signals,
                                       .engine_core = placement.engine_core}));
  Calibration out;
  const AgentInfo& agent = fleet->agents().front()->link->info();
  out.machine = DescribeMachine();
  out.version = agent.version;
  out.load_threads = agent.load_threads;
  out.made_at = FormatUtc(clock.WallNs());
  out.tokens_per_s = options.tokens_per_s;
  const absl::Status climbed = ClimbAll(options, *runner, out);
  any_load = !out.steps.empty() || signals.count() > 0;
  RETURN_IF_ERROR(climbed);
  RETURN_IF_ERROR(Conclude(out));
  return out;
}

int Fail(const absl::Status& status, int exit_status) {
  std::cerr << ToStd(status.message()) << "\n";
  return exit_status;
}

}  // namespace

int CalibrateCommand(const CalibrateOptions& options) {
  if (absl::Status wrong = CheckOptions(options); !wrong.ok()) return Fail(wrong, kExitRejected);
  const absl::StatusOr<Placement> placement = ChoosePlacement(options.placement, options.pin);
  if (!placement.ok()) return Fail(placement.status(), kExitRejected);
  PlaceThisProcess(*placement);
  SignalWatcher::Block();
  bool any_load = false;
  const absl::StatusOr<Calibration> calibration = Calibrate(options, *placement, any_load);
  if (absl::IsCancelled(calibration.status())) {
    std::cerr << "interrupted: no calibration was written\n";
    return kExitNotTrustworthy;
  }
  if (!calibration.ok()) {
    return Fail(calibration.status(), any_load ? kExitNotTrustworthy : kExitRejected);
  }
  const absl::Status written =
      WriteFileAtomically(options.out_path, CalibrationToJson(*calibration));
  if (!written.ok()) return Fail(written, kExitNotTrustworthy);
  std::cout << RenderCalibrationText(*calibration) << "\ncalibration: " << options.out_path << "\n";
  return kExitOk;
}

}  // namespace monsoon
