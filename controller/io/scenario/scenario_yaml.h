// Scenarios as YAML: read, and written back as resolved. docs/scenario.md is the reference of the
// format; controller/core/scenario/scenario.h holds the typed result and every default.
//
// Errors are INVALID_ARGUMENT whose message has one line for each thing that is wrong, all of them:
//   scenario.yaml:7:3: unknown key 'concurency'; did you mean 'concurrency'?
//   --set requests=abc: requests is 'abc': expected a whole number from 1 to 1000000000
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "controller/core/scenario/scenario.h"
#include "controller/io/scenario/scenario_source.h"

namespace monsoon {

// Whether the files and API keys that a scenario names must be there. kNo is for reporting a run
// again.
enum class CheckFiles { kNo, kYes };

// Reads the file at `path`; NOT_FOUND or INVALID_ARGUMENT when that cannot be. Paths in the result
// are absolute. With CheckFiles::kYes, `check_tokenizer` is asked of each tokenizer; an empty one
// stands for opening each once, and dropping it.
absl::StatusOr<Scenario> LoadScenario(const std::string& path,
                                      const std::vector<std::string>& overrides,
                                      const EnvLookup& env,
                                      CheckFiles check_files = CheckFiles::kYes,
                                      TokenizerCheck check_tokenizer = nullptr);

// The pure part of LoadScenario.
absl::StatusOr<Scenario> ParseScenario(const ScenarioSource& source);

// `scenario` as YAML with nothing left to defaults: one entry of `cases:` per case. Holds no
// secret, because a Scenario holds none. Reading it back gives an equal Scenario. REQUIRES: the
// scenario came from one of the two functions above.
std::string ScenarioToYaml(const Scenario& scenario);

// The variables of this process.
EnvLookup ProcessEnvironment();

}  // namespace monsoon
