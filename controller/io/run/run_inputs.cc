#include "controller/io/run/run_inputs.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/model/engine_type.h"
#include "controller/core/tokens/token_counting.h"
#include "controller/io/dataset/open_dataset.h"
#include "controller/io/dataset/shared_dataset.h"
#include "controller/io/run/secrets.h"
#include "controller/io/scenario/scenario_yaml.h"
#include "controller/io/tokenizer/open_tokenizer.h"

namespace monsoon {
namespace {

struct OpenedDataset {
  DatasetSpec spec;
  int64_t needed = 0;
  Dataset* dataset = nullptr;
};

// The distinct datasets of the scenario, each with the most that any of its cases needs.
std::vector<OpenedDataset> DistinctDatasets(const Scenario& scenario) {
  std::vector<OpenedDataset> distinct;
  for (const CaseSpec& spec : scenario.cases) {
    const int64_t needed = spec.requests + spec.warmup;
    const auto same = std::find_if(distinct.begin(), distinct.end(),
                                   [&](const auto& other) { return other.spec == spec.dataset; });
    if (same == distinct.end()) {
      distinct.push_back({spec.dataset, needed});
    } else {
      same->needed = std::max(same->needed, needed);
    }
  }
  return distinct;
}

}  // namespace

bool RunInputs::has_secrets() const {
  return std::any_of(cases.begin(), cases.end(),
                     [](const CaseInputs& input) { return !input.api_key.empty(); });
}

absl::StatusOr<RunInputs> LoadRunInputs(const std::string& scenario_path,
                                        const std::vector<std::string>& overrides,
                                        const EnvLookup& env) {
  RunInputs inputs;
  inputs.tokenizers = std::make_unique<ModelTokenizers>(OpenTokenizer);
  ASSIGN_OR_RETURN(inputs.scenario, LoadScenario(scenario_path, overrides, env));

  std::vector<OpenedDataset> opened = DistinctDatasets(inputs.scenario);
  std::vector<std::string> problems;
  for (OpenedDataset& entry : opened) {
    absl::StatusOr<std::unique_ptr<Dataset>> dataset =
        OpenDataset(entry.spec, inputs.scenario.seed, entry.needed);
    if (!dataset.ok()) {
      problems.emplace_back(dataset.status().message());
      continue;
    }
    inputs.datasets.push_back(std::make_unique<SharedDataset>(*std::move(dataset)));
    entry.dataset = inputs.datasets.back().get();
  }
  for (const CaseSpec& spec : inputs.scenario.cases) {
    const absl::Status fits = CheckSampling(spec.engine.type, spec.engine.route, spec.sampling);
    if (!fits.ok()) problems.push_back(StrCat("case ", spec.name, ": ", ToStd(fits.message())));
  }
  if (!problems.empty()) return absl::InvalidArgumentError(absl::StrJoin(problems, "\n"));

  for (const CaseSpec& spec : inputs.scenario.cases) {
    const auto dataset = std::find_if(opened.begin(), opened.end(), [&](const auto& other) {
      return other.spec == spec.dataset;
    });
    ASSIGN_OR_RETURN(const RequestPlan plan,
                     RequestPlan::Make(dataset->dataset->size(), spec.requests, spec.warmup));
    ASSIGN_OR_RETURN(Secret api_key, ReadApiKey(spec.engine));
    const Tokenizer* tokenizer = nullptr;
    if (KeepTextFor(spec) != KeepText::kNone) {
      ASSIGN_OR_RETURN(tokenizer, inputs.tokenizers->For(spec.model));
    }
    inputs.cases.push_back({std::move(api_key), dataset->dataset, tokenizer, plan});
  }
  return inputs;
}

}  // namespace monsoon
