#include "controller/io/run/run_inputs.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/model/engine_type.h"
#include "common/model/length_place.h"
#include "common/time/steady_clock.h"
#include "controller/core/dataset/route_fit.h"
#include "controller/core/scenario/dataset_fit.h"
#include "controller/core/tokens/token_counting.h"
#include "controller/io/dataset/open_dataset.h"
#include "controller/io/dataset/shared_dataset.h"
#include "controller/io/run/dataset_progress.h"
#include "controller/io/run/secrets.h"
#include "controller/io/scenario/scenario_yaml.h"
#include "controller/io/tokenizer/open_tokenizer.h"

namespace monsoon {
namespace {

struct OpenedDataset {
  DatasetSpec spec;
  ModelSpec model;  // of the first case that uses it; all that do agree on the tokenizer it needs
  int64_t needed = 0;
  Dataset* dataset = nullptr;

  bool Serves(const CaseSpec& other) const {
    return other.dataset == spec &&
           (!spec.needs_tokenizer() || other.model.tokenizer == model.tokenizer);
  }
  bool is_here() const {
    return (spec.hub.from.empty() || !spec.path.empty()) &&
           (!spec.needs_tokenizer() || !model.tokenizer.empty());
  }
};

// The distinct datasets of the scenario, each with the most that any of its cases needs.
std::vector<OpenedDataset> DistinctDatasets(const Scenario& scenario) {
  std::vector<OpenedDataset> distinct;
  for (const CaseSpec& spec : scenario.cases) {
    const int64_t needed = spec.requests + spec.warmup;
    const auto same = std::find_if(distinct.begin(), distinct.end(),
                                   [&](const auto& other) { return other.Serves(spec); });
    if (same == distinct.end()) {
      distinct.push_back({spec.dataset, spec.model, needed});
    } else {
      same->needed = std::max(same->needed, needed);
    }
  }
  return distinct;
}

absl::StatusOr<std::unique_ptr<Dataset>> Open(const OpenedDataset& entry, uint64_t seed,
                                              ModelTokenizers& tokenizers, bool quiet) {
  const Tokenizer* tokenizer = nullptr;
  if (entry.spec.needs_tokenizer()) {
    ASSIGN_OR_RETURN(tokenizer, tokenizers.For(entry.model));
  }
  const SteadyClock clock;
  DatasetProgressPrinter printer(clock, entry.spec.name, quiet);
  return OpenDataset(entry.spec, seed, entry.needed, tokenizer,
                     [&printer](const DatasetProgress& progress) { printer.Show(progress); });
}

// A dataset and an engine meet in many cases.
void AddOnce(std::string problem, std::vector<std::string>& problems) {
  if (std::find(problems.begin(), problems.end(), problem) == problems.end()) {
    problems.push_back(std::move(problem));
  }
}

// Whether each case's engine can do what the case asks of it; all problems together.
absl::Status CheckCases(const Scenario& scenario) {
  std::vector<std::string> problems;
  const auto add = [&problems](std::string problem) { AddOnce(std::move(problem), problems); };
  for (const CaseSpec& spec : scenario.cases) {
    const absl::Status fits = CheckDatasetFit(spec.dataset, spec.engine);
    if (!fits.ok()) add(std::string(fits.message()));
    const absl::Status has = CheckSampling(spec.engine.type, spec.engine.route, spec.sampling);
    if (!has.ok()) add(StrCat("case ", spec.name, ": ", ToStd(has.message())));
    const absl::Status has_place = CheckLengthPlace(spec.engine.custom, spec.sampling);
    if (!has_place.ok()) add(StrCat("case ", spec.name, ": ", ToStd(has_place.message())));
  }
  if (problems.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(problems, "\n"));
}

}  // namespace

bool RunInputs::has_secrets() const {
  const auto from_variable = [](const SecretHeader& header) {
    return header.written.find("${") != std::string::npos;
  };
  const auto has_key = [](const CaseInputs& input) { return !input.api_key.empty(); };
  const auto has_header = [&](const CaseSpec& spec) {
    const std::vector<SecretHeader>& headers = spec.engine.headers;
    return std::any_of(headers.begin(), headers.end(), from_variable);
  };
  return std::any_of(cases.begin(), cases.end(), has_key) ||
         std::any_of(scenario.cases.begin(), scenario.cases.end(), has_header);
}

absl::StatusOr<RunInputs> LoadRunInputs(const std::string& scenario_path,
                                        const std::vector<std::string>& overrides,
                                        const EnvLookup& env, const LoadOptions& options) {
  RunInputs inputs;
  inputs.tokenizers = std::make_unique<ModelTokenizers>(OpenTokenizer);
  ASSIGN_OR_RETURN(inputs.scenario, LoadScenario(scenario_path, overrides, env, CheckFiles::kYes,
                                                 [&inputs](const std::string& path) {
                                                   return inputs.tokenizers->Check(path);
                                                 }));
  RETURN_IF_ERROR(CheckCases(inputs.scenario));
  ASSIGN_OR_RETURN(ScenarioFiles files,
                   GetScenarioFiles(inputs.scenario, env, options.downloads, options.quiet));
  inputs.missing = std::move(files.missing);

  std::vector<OpenedDataset> opened = DistinctDatasets(inputs.scenario);
  std::vector<std::string> problems;
  for (OpenedDataset& entry : opened) {
    if (!entry.is_here()) continue;  // one of `missing`
    absl::StatusOr<std::unique_ptr<Dataset>> dataset =
        Open(entry, inputs.scenario.seed, *inputs.tokenizers, options.quiet);
    if (!dataset.ok()) {
      problems.emplace_back(dataset.status().message());
      continue;
    }
    inputs.datasets.push_back(std::make_unique<SharedDataset>(*std::move(dataset)));
    entry.dataset = inputs.datasets.back().get();
  }
  for (const CaseSpec& spec : inputs.scenario.cases) {
    const auto dataset = std::find_if(opened.begin(), opened.end(),
                                      [&](const auto& other) { return other.Serves(spec); });
    if (dataset->dataset == nullptr) continue;
    const absl::Status fits = CheckRouteFit(dataset->dataset->stats().shapes, spec.engine);
    if (!fits.ok()) AddOnce(std::string(fits.message()), problems);
  }
  if (!problems.empty()) return absl::InvalidArgumentError(absl::StrJoin(problems, "\n"));

  for (const CaseSpec& spec : inputs.scenario.cases) {
    const auto dataset = std::find_if(opened.begin(), opened.end(),
                                      [&](const auto& other) { return other.Serves(spec); });
    const int64_t items = dataset->dataset == nullptr ? 1 : dataset->dataset->size();
    ASSIGN_OR_RETURN(const RequestPlan plan, RequestPlan::Make(items, spec.requests, spec.warmup));
    ASSIGN_OR_RETURN(Secret api_key, ReadApiKey(spec.engine));
    const Tokenizer* tokenizer = nullptr;
    // Its path is empty while it would have to be downloaded first (validate).
    if (CountedTextOf(spec) != KeepText::kNone && !spec.model.tokenizer.empty()) {
      ASSIGN_OR_RETURN(tokenizer, inputs.tokenizers->For(spec.model));
    }
    inputs.cases.push_back({std::move(api_key), dataset->dataset, tokenizer, plan});
  }
  return inputs;
}

}  // namespace monsoon
