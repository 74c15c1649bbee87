// The files that a scenario names on a hub: fetched, or found, and put into it as paths.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "controller/core/hub/hub_settings.h"
#include "controller/core/scenario/scenario.h"

namespace monsoon {

enum class Downloads { kYes, kNo };

// One file that is on this machine now.
struct ScenarioFile {
  std::string user;  // "dataset openqa", "tokenizer of model qwen"
  std::string reference;
  std::string revision;
  std::string sha256;
  std::string path;
  int64_t size = 0;
};

struct ScenarioFiles {
  std::vector<ScenarioFile> files;
  // With Downloads::kNo: sentences on what is not on this machine, and where it would come from.
  // Those paths stay empty.
  std::vector<std::string> missing;
};

// Sets dataset.path and model.tokenizer of every case that names a hub instead, and what the file
// is in their HubSpec. Each file is fetched once, whatever the number of cases. Does nothing, and
// reads no variable, for a scenario without such names. With `quiet`, says nothing of the downloads
// on stderr. All errors at once; nobody may have set handlers of SIGINT and SIGTERM that must not
// be replaced meanwhile.
absl::StatusOr<ScenarioFiles> GetScenarioFiles(Scenario& scenario, const HubEnvironment& env,
                                               Downloads downloads, bool quiet);

}  // namespace monsoon
