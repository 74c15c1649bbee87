#include "controller/io/run/other_commands.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/dataset/dataset_summary.h"
#include "controller/core/report/exit_status.h"
#include "controller/core/report/report_text.h"
#include "controller/io/files/result_files.h"
#include "controller/io/hub/scenario_files.h"
#include "controller/io/run/run_inputs.h"
#include "controller/io/scenario/scenario_yaml.h"

namespace monsoon {
namespace {

int Fail(const absl::Status& status) {
  std::cerr << ToStd(status.message()) << "\n";
  return kExitRejected;
}

// One line for each dataset and tokenizer that meet.
absl::Status PrintDatasets(const RunInputs& inputs) {
  std::set<std::pair<const Dataset*, std::string>> printed;
  for (const CaseSpec& spec : inputs.scenario.cases) {
    Dataset* const dataset = inputs.cases[spec.index].dataset;
    if (dataset == nullptr || !printed.insert({dataset, spec.model.tokenizer}).second) continue;
    int64_t used = 0;
    for (const CaseInputs& input : inputs.cases) {
      if (input.dataset == dataset) used = std::max(used, input.plan.positions_used());
    }
    ASSIGN_OR_RETURN(const Tokenizer* const tokenizer, inputs.tokenizers->For(spec.model));
    ASSIGN_OR_RETURN(const std::string summary,
                     SummarizeDataset(spec.dataset, *dataset, used, spec.model, tokenizer));
    std::cout << summary << "\n";
  }
  return absl::OkStatus();
}

}  // namespace

int ValidateCommand(const std::string& scenario_path, const std::vector<std::string>& overrides) {
  const absl::StatusOr<RunInputs> inputs =
      LoadRunInputs(scenario_path, overrides, ProcessEnvironment(), {.downloads = Downloads::kNo});
  if (!inputs.ok()) return Fail(inputs.status());
  std::cout << inputs->scenario.name << ": " << inputs->scenario.cases.size() << " case(s)\n";
  for (const CaseSpec& spec : inputs->scenario.cases) {
    const std::string load =
        spec.load.open() ? StrCat(" at ", LoadSentence(spec.load, spec.concurrency)) : "";
    const Dataset* const dataset = inputs->cases[spec.index].dataset;
    const std::string prompts =
        dataset == nullptr ? "a dataset that is not here yet" : StrCat(dataset->size(), " prompts");
    std::cout << absl::StrFormat("%4d  %s: %d requests%s from %s, %s\n", spec.index + 1, spec.name,
                                 spec.requests, load, prompts, spec.engine.url);
  }
  for (const std::string& missing : inputs->missing) std::cout << missing << "\n";
  const absl::Status summarized = PrintDatasets(*inputs);
  return summarized.ok() ? kExitOk : Fail(summarized);
}

int FetchCommand(const std::string& scenario_path, const std::vector<std::string>& overrides,
                 bool quiet) {
  absl::StatusOr<Scenario> scenario = LoadScenario(scenario_path, overrides, ProcessEnvironment());
  if (!scenario.ok()) return Fail(scenario.status());
  const absl::StatusOr<ScenarioFiles> files =
      GetScenarioFiles(*scenario, ProcessEnvironment(), Downloads::kYes, quiet);
  if (!files.ok()) return Fail(files.status());
  if (files->files.empty()) {
    std::cout << scenario->name << " names no file on a hub: there is nothing to fetch\n";
  }
  for (const ScenarioFile& file : files->files) {
    std::cout << absl::StrFormat("%s\n  %s, revision %s, %d bytes\n  sha256 %s\n  %s\n", file.user,
                                 file.reference, file.revision, file.size, file.sha256, file.path);
  }
  return kExitOk;
}

int ReportCommand(const std::string& run_dir) {
  if (!std::filesystem::exists(run_dir + "/run.db")) {
    return Fail(absl::NotFoundError(StrCat(
        "no run in ", run_dir, ": it has no run.db; name a folder that `controller run` left")));
  }
  absl::StatusOr<std::unique_ptr<RunDb>> db = RunDb::Open(run_dir + "/run.db");
  if (!db.ok()) return Fail(db.status());
  const absl::StatusOr<RunReport> report = WriteReports(run_dir, **db);
  if (!report.ok()) return Fail(report.status());
  std::cout << RenderReportText(*report, {.ansi_colours = isatty(STDOUT_FILENO) != 0})
            << "\nreport: " << run_dir << "/report.html\n";
  return ExitStatus(*report);
}

}  // namespace monsoon
