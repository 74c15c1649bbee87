#include "controller/io/calibrate/step_runner.h"

#include <cstdio>
#include <filesystem>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/version.h"
#include "controller/core/calibrate/step_measure.h"
#include "controller/core/dataset/repeat_tracker.h"
#include "controller/core/dataset/request_plan.h"
#include "controller/io/calibrate/null_engine.h"
#include "controller/io/dataset/open_dataset.h"
#include "controller/io/files/atomic_file.h"
#include "controller/io/files/result_files.h"
#include "controller/io/run/case_driver.h"

namespace monsoon {
namespace {

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  return error ? absl::InternalError(StrCat("cannot make ", path, ": ", error.message()))
               : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<StepRunner>> StepRunner::Create(StepRunnerContext context) {
  std::unique_ptr<StepRunner> runner(new StepRunner(std::move(context)));
  DatasetSpec& spec = runner->dataset_spec_;
  spec.name = "calibration";
  spec.format = DatasetFormat::kLineByLine;
  spec.path = runner->context_.folder + "/prompts.txt";
  RETURN_IF_ERROR(WriteFileAtomically(spec.path, "Count as far as you can.\n"));
  ASSIGN_OR_RETURN(runner->dataset_, OpenDataset(spec, /*seed=*/0, /*needed=*/1));
  return runner;
}

absl::StatusOr<CalibrationStep> StepRunner::Run(const StepSpec& step) {
  const StepScript script = ScriptFor(step);
  const std::string folder = StrCat(context_.folder, "/step-", next_case_);
  RETURN_IF_ERROR(MakeFolder(folder));
  ASSIGN_OR_RETURN(const std::unique_ptr<NullEngine> engine,
                   NullEngine::Start(folder, script.engine_arguments, context_.engine_core));
  const CaseSpec spec = MakeCase(script, step, engine->url());
  ++next_case_;
  const std::string db_path = folder + "/run.db";
  RETURN_IF_ERROR(RunCase(spec, db_path));
  if (context_.signals->count() > 0) return absl::CancelledError("interrupted");
  ASSIGN_OR_RETURN(const TruthLog truth, engine->Finish());

  ASSIGN_OR_RETURN(const std::unique_ptr<RunDb> db, RunDb::Open(db_path));
  ASSIGN_OR_RETURN(const RunReport report, BuildRunReport(*db));
  StepMeasure measure(truth);
  RETURN_IF_ERROR(db->ForEachRequest(spec.index, [&measure](const StoredRequest& row) {
    measure.Add(row.request_id, row.record);
  }));
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return measure.Finish(step, report.cases.front());
}

CaseSpec StepRunner::MakeCase(const StepScript& script, const StepSpec& step,
                              const std::string& url) const {
  CaseSpec spec;
  spec.index = next_case_;
  spec.model.name = "null";
  spec.dataset = dataset_spec_;
  spec.engine = {.type = "vllm", .name = "null engine", .url = url};
  if (step.requests_per_s > 0) {
    spec.load.law = LoadLaw::kConstant;
    spec.load.rate.micro_per_min = step.requests_per_s * 60'000'000;
    spec.concurrency = 0;
  } else {
    spec.concurrency = step.streams;
  }
  spec.name = StrCat("calibration/", LoadLabel(spec.load, spec.concurrency));
  spec.requests = script.requests;
  spec.warmup = script.warmup;
  spec.sampling.max_tokens = script.answer_tokens;
  spec.gates.clear();
  return spec;
}

absl::Status StepRunner::RunCase(const CaseSpec& spec, const std::string& db_path) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RunDb> db, RunDb::Create(db_path));
  RunFacts facts;
  facts.run_id = context_.run_id;
  facts.name = "calibration";
  facts.version = kVersion;
  facts.started_wall_ns = facts.finished_wall_ns = context_.clock->WallNs();
  RETURN_IF_ERROR(db->WriteRun(facts));
  RepeatTracker repeats;
  ProgressDisplay silent(stderr, /*quiet=*/true);
  RecordKeeper keeper(db.get(), context_.run_id);
  const RunContext run{.run_id = context_.run_id,
                       .run_start_ns = context_.clock->MonotonicNs(),
                       .case_count = 1,
                       .clock = context_.clock,
                       .fleet = context_.fleet,
                       .db = db.get(),
                       .repeats = &repeats,
                       .keeper = &keeper,
                       .display = &silent,
                       .signals = context_.signals};
  ASSIGN_OR_RETURN(const RequestPlan plan,
                   RequestPlan::Make(dataset_->size(), spec.requests, spec.warmup));
  return CaseDriver(run, spec, Secret(), dataset_.get(), plan).Run();
}

}  // namespace monsoon
