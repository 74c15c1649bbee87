#include "controller/io/run/run_session.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <random>
#include <utility>

#include "absl/strings/str_format.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/version.h"
#include "controller/core/report/exit_status.h"
#include "controller/core/report/report_text.h"
#include "controller/io/files/atomic_file.h"
#include "controller/io/files/result_files.h"
#include "controller/io/files/run_dir.h"
#include "controller/io/run/late_records.h"
#include "controller/io/run/preflight.h"
#include "controller/io/run/scenario_security.h"
#include "controller/io/run/time_zero.h"
#include "controller/io/scenario/scenario_yaml.h"

namespace monsoon {
namespace {

// Unique for ever, and short enough to be read out: it begins every x-request-id.
std::string NewRunId() {
  std::random_device random;
  return absl::StrFormat("%08x%04x", random(), random() & 0xffff);
}

absl::StatusOr<bool> HoldsNothingElse(const std::string& run_dir) {
  std::error_code error;
  const std::filesystem::directory_iterator files(run_dir, error);
  if (error) return absl::InternalError(StrCat("cannot read ", run_dir, ": ", error.message()));
  return std::all_of(begin(files), end(files), [](const std::filesystem::directory_entry& file) {
    return file.path().filename() == "run.lock";
  });
}

std::string SpoolDir(const std::string& run_dir) { return run_dir + "/spool"; }

// New attempts come behind the scenario's cases.
size_t CaseCount(const Scenario& scenario, const std::vector<SessionCase>& cases) {
  size_t count = scenario.cases.size();
  for (const SessionCase& one : cases) {
    count = std::max(count, static_cast<size_t>(one.spec.index) + 1);
  }
  return count;
}

}  // namespace

RunSession::RunSession(RunInputs inputs, RunInvocation invocation, bool quiet)
    : inputs_(std::move(inputs)), invocation_(std::move(invocation)), display_(stderr, quiet) {}

absl::Status RunSession::Prepare(const std::string& out_dir) {
  facts_.run_id = NewRunId();
  facts_.name = inputs_.scenario.name;
  facts_.version = kVersion;
  facts_.seed = inputs_.scenario.seed;
  facts_.calibration = inputs_.scenario.calibration;
  facts_.started_wall_ns = clock_.WallNs();
  facts_.invocation = InvocationToJson(invocation_);
  if (out_dir.empty()) {
    ASSIGN_OR_RETURN(run_dir_, CreateRunDir("runs", facts_.name, facts_.started_wall_ns));
  } else {
    ASSIGN_OR_RETURN(run_dir_, CreateRunDirAt(out_dir));
  }
  ASSIGN_OR_RETURN(RunLock lock, RunLock::Take(run_dir_));
  // Another controller may have come first, and have ended since.
  ASSIGN_OR_RETURN(made_folder_, HoldsNothingElse(run_dir_));
  if (!made_folder_) return absl::AlreadyExistsError(run_dir_ + " holds another run by now");
  lock_.emplace(std::move(lock));
  RETURN_IF_ERROR(Connect());
  RETURN_IF_ERROR(
      WriteFileAtomically(run_dir_ + "/scenario.yaml", ScenarioToYaml(inputs_.scenario)));
  ASSIGN_OR_RETURN(db_, RunDb::Create(run_dir_ + "/run.db"));
  keeper_ = std::make_unique<RecordKeeper>(db_.get(), facts_.run_id);
  return db_->WriteRun(facts_);
}

void RunSession::TakeUp(std::string run_dir, RunLock lock, std::unique_ptr<RunDb> db,
                        RunFacts facts) {
  run_dir_ = std::move(run_dir);
  lock_.emplace(std::move(lock));
  db_ = std::move(db);
  facts_ = std::move(facts);
  keeper_ = std::make_unique<RecordKeeper>(db_.get(), facts_.run_id);
  zero_ns_ = ContinueTimeZero(facts_.zero, clock_).monotonic_ns;
}

absl::Status RunSession::Connect() {
  ASSIGN_OR_RETURN(fleet_, AgentFleet::Connect(MakeFleetOptions(), facts_.run_id, &clock_));
  return absl::OkStatus();
}

AgentSecurity RunSession::Security() const {
  return SecurityOf(invocation_.security, inputs_.scenario);
}

std::vector<std::string> RunSession::EmbeddedArguments() const {
  std::vector<std::string> arguments = {"--spool-dir", SpoolDir(run_dir_)};
  for (const std::string& target : invocation_.allow_targets) {
    arguments.insert(arguments.end(), {"--allow-target", target});
  }
  if (invocation_.embedded_threads > 0) {
    arguments.insert(arguments.end(), {"--threads", StrCat(invocation_.embedded_threads)});
  }
  return arguments;
}

FleetOptions RunSession::MakeFleetOptions() {
  FleetOptions fleet;
  const Scenario& scenario = inputs_.scenario;
  fleet.agents = invocation_.agents.empty() ? scenario.agents : invocation_.agents;
  fleet.expect_agents = scenario.expect_agents;
  fleet.security = Security();
  fleet.embedded_arguments = EmbeddedArguments();
  fleet.embedded_inherits = lock_->file();
  fleet.carries_secrets = inputs_.has_secrets();
  fleet.lease_ns = scenario.lease_ns;
  fleet.on_records = [this](int32_t case_index, std::span<RequestRecord> records) {
    counter_.Count(case_index, records);
  };
  fleet.say = [this](const std::string& sentence) { display_.Say(sentence); };
  fleet.interrupted = [this] { return signals_.count() > 0; };
  return fleet;
}

absl::Status RunSession::AskEngines() {
  if (!invocation_.preflight || !inputs_.scenario.preflight) return absl::OkStatus();
  const PreflightContext context{.run_id = facts_.run_id,
                                 .inputs = &inputs_,
                                 .clock = &clock_,
                                 .fleet = fleet_.get(),
                                 .signals = &signals_,
                                 .display = &display_,
                                 .repeats = &repeats_};
  ASSIGN_OR_RETURN(std::vector<EngineFacts> engines, Preflight(context).Run());
  if (!facts_.engines.empty()) return absl::OkStatus();  // what was learned first stands
  facts_.engines = std::move(engines);
  return db_->WriteEngines(facts_.engines);
}

std::vector<SessionCase> RunSession::AllCases() const {
  std::vector<SessionCase> cases;
  for (const CaseSpec& spec : inputs_.scenario.cases) {
    cases.push_back({.spec = spec, .input = cases.size()});
  }
  return cases;
}

absl::Status RunSession::Execute(const std::vector<SessionCase>& cases) {
  if (facts_.zero.wall_ns == 0) {
    facts_.zero = TakeTimeZero(clock_);
    zero_ns_ = facts_.zero.monotonic_ns;
  }
  facts_.finished_wall_ns = 0;  // one that had ended goes on
  RETURN_IF_ERROR(db_->WriteRun(facts_));
  const RunContext context{.run_id = facts_.run_id,
                           .seed = inputs_.scenario.seed,
                           .run_start_ns = zero_ns_,
                           .case_count = CaseCount(inputs_.scenario, cases),
                           .lease_ns = inputs_.scenario.lease_ns,
                           .on_agent_loss = inputs_.scenario.on_agent_loss,
                           .max_start_skew_ns = inputs_.scenario.max_start_skew_ns,
                           .clock = &clock_,
                           .fleet = fleet_.get(),
                           .db = db_.get(),
                           .repeats = &repeats_,
                           .keeper = keeper_.get(),
                           .counter = &counter_,
                           .display = &display_,
                           .signals = &signals_};
  bool aborted = false;
  for (const SessionCase& next : cases) {
    if (any_load_) RETURN_IF_ERROR(Pause());
    const bool interrupted = signals_.count() > 0;
    if (interrupted && !any_load_) return absl::CancelledError("interrupted before any load");
    const CaseInputs& input = inputs_.cases[next.input];
    CaseDriver driver(context, next.spec, input.api_key, input.dataset, input.plan, input.tokenizer,
                      next.attempt);
    absl::Status status =
        interrupted ? driver.Skip("not run: the run was interrupted by a signal")
        : aborted   ? driver.Skip("not run: an agent was lost, and on_agent_loss is abort")
                    : driver.Run();
    aborted = aborted || driver.aborted();
    facts_.interrupted = facts_.interrupted || interrupted || driver.interrupted();
    if (absl::IsDataLoss(status)) {
      fleet_->KeepRecords();
      return status;
    }
    if (!status.ok() && !any_load_) return status;
    if (!status.ok()) display_.Say(StrCat("  not run: ", ToStd(status.message())));
    any_load_ = any_load_ || status.ok();
  }
  return absl::OkStatus();
}

absl::Status RunSession::Pause() {
  const auto keep = [this](const AgentInfo& agent, const RecordsEvent& late) {
    const absl::Status kept = keeper_->Keep(agent, late);
    if (kept.ok()) return kept;
    fleet_->KeepRecords();
    return absl::DataLossError(kept.message());
  };
  const int64_t until_ns = clock_.MonotonicNs() + inputs_.scenario.pause_ns;
  while (clock_.MonotonicNs() < until_ns && signals_.count() == 0) {
    const int64_t left_ns = until_ns - clock_.MonotonicNs();
    RETURN_IF_ERROR(fleet_->Idle(std::min<int64_t>(left_ns, 100 * kNsPerMs), keep));
  }
  return absl::OkStatus();
}

absl::Status RunSession::WriteEnd() {
  // Records of an agent that was lost may have come in a later case.
  RETURN_IF_ERROR(RecountLost(*db_));
  facts_.finished_wall_ns = clock_.WallNs();
  return db_->WriteRun(facts_);
}

absl::Status RunSession::NotComplete(const absl::Status& error) const {
  return absl::Status(
      error.code(), StrCat(ToStd(error.message()), "\nThe run is not complete: `controller resume ",
                           run_dir_, "` takes it up again."));
}

absl::StatusOr<int> RunSession::Report() {
  // The embedded agent takes its folder away with it, unless records are in there.
  fleet_ = nullptr;
  std::error_code ignored;
  std::filesystem::remove(SpoolDir(run_dir_), ignored);
  ASSIGN_OR_RETURN(const RunReport report, WriteReports(run_dir_, *db_));
  const TextOptions text{.ansi_colours = isatty(STDOUT_FILENO) != 0};
  std::cout << RenderReportText(report, text) << "\nreport: " << run_dir_ << "/report.html\n";
  return ExitStatus(report);
}

void RunSession::Discard() {
  fleet_ = nullptr;
  db_ = nullptr;
  std::error_code ignored;
  if (made_folder_) std::filesystem::remove_all(run_dir_, ignored);
}

}  // namespace monsoon
