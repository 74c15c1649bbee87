// RunInputs: everything that a run needs besides agents: the scenario, its API keys and its
// datasets, all checked. Shared by `controller run` and `controller validate`.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "common/base/secret.h"
#include "controller/core/dataset/dataset.h"
#include "controller/core/dataset/request_plan.h"
#include "controller/core/scenario/scenario.h"
#include "controller/core/tokens/tokenizer.h"
#include "controller/io/hub/scenario_files.h"
#include "controller/io/run/model_tokenizers.h"
#include "controller/io/scenario/env_expansion.h"

namespace monsoon {

struct CaseInputs {
  Secret api_key;
  Dataset* dataset = nullptr;  // owned by RunInputs, for any thread; nullptr: not here yet
  const Tokenizer* tokenizer = nullptr;  // of the model, owned by RunInputs; nullptr: none
  RequestPlan plan;
};

struct RunInputs {
  Scenario scenario;
  std::vector<CaseInputs> cases;                   // like scenario.cases
  std::vector<std::unique_ptr<Dataset>> datasets;  // each file is indexed once
  std::unique_ptr<ModelTokenizers> tokenizers;
  // What has to be downloaded before a run (ScenarioFiles::missing); empty with Downloads::kYes.
  std::vector<std::string> missing;

  // API keys, or headers that the scenario takes from environment variables.
  bool has_secrets() const;
};

struct LoadOptions {
  Downloads downloads = Downloads::kYes;
  bool quiet = false;  // no news of downloads on stderr
};

// Reads the scenario, gets what it names on hubs, and opens its datasets. Errors are those of
// LoadScenario; of cases that ask an engine for what it cannot do, all together and before anything
// is downloaded; of GetScenarioFiles and OpenDataset, those of all datasets together.
absl::StatusOr<RunInputs> LoadRunInputs(const std::string& scenario_path,
                                        const std::vector<std::string>& overrides,
                                        const EnvLookup& env, const LoadOptions& options);

}  // namespace monsoon
