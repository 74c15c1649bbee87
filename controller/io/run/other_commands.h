// The small commands: each reads, prints, and returns its exit status.
#pragma once

#include <string>
#include <vector>

namespace monsoon {

// `controller validate`: every check that needs no engine, no agent and no network; prints the
// cases, and what a run would download first. 0 or 2.
int ValidateCommand(const std::string& scenario_path, const std::vector<std::string>& overrides);

// `controller fetch`: downloads what the scenario names on hubs, and says what it is and where. 0
// or
// 2. `quiet`: no progress.
int FetchCommand(const std::string& scenario_path, const std::vector<std::string>& overrides,
                 bool quiet);

// `controller report`: makes the reports of a run again from its records. The run's exit status, or
// 2 when there is no run in `run_dir`.
int ReportCommand(const std::string& run_dir);

}  // namespace monsoon
