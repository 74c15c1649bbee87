#include "controller/io/run/run_command.h"

#include <filesystem>
#include <iostream>
#include <utility>

#include "common/base/str_cat.h"
#include "controller/core/report/exit_status.h"
#include "controller/io/run/run_session.h"
#include "controller/io/run/secrets.h"
#include "controller/io/scenario/scenario_yaml.h"

namespace monsoon {
namespace {

int Fail(const absl::Status& status, int exit_status) {
  std::cerr << ToStd(status.message()) << "\n";
  return exit_status;
}

// `controller resume` may be called from another folder.
AgentSecurity Absolute(AgentSecurity security) {
  for (std::string* path : {&security.files.ca, &security.files.cert, &security.files.key}) {
    if (!path->empty()) *path = std::filesystem::absolute(*path).string();
  }
  return security;
}

}  // namespace

int RunCommand(const RunOptions& options) {
  absl::StatusOr<RunInputs> inputs =
      LoadRunInputs(options.scenario_path, options.overrides, ProcessEnvironment(),
                    {.downloads = Downloads::kYes, .quiet = options.quiet});
  if (!inputs.ok()) return Fail(inputs.status(), kExitRejected);

  ForgetVariables(SecretVariables(inputs->scenario));

  // From here on a signal drains; until now it simply ended the program. No thread exists yet.
  SignalWatcher::Block();
  RunSession run(*std::move(inputs),
                 {.agents = options.agents,
                  .security = Absolute(options.security),
                  .allow_targets = options.allow_targets,
                  .embedded_threads = options.embedded_threads,
                  .preflight = options.preflight},
                 options.quiet);
  absl::Status status = run.Prepare(options.out_dir);
  if (status.ok()) status = run.AskEngines();
  if (status.ok()) status = run.Execute(run.AllCases());
  if (status.ok()) status = run.WriteEnd();
  if (!status.ok() && !run.any_load() && !absl::IsDataLoss(status)) {
    run.Discard();
    return Fail(status, kExitRejected);
  }
  if (!status.ok()) Fail(run.NotComplete(status), kExitNotTrustworthy);
  const absl::StatusOr<int> exit_status = run.Report();
  if (!exit_status.ok()) return Fail(exit_status.status(), kExitNotTrustworthy);
  return status.ok() ? *exit_status : kExitNotTrustworthy;
}

}  // namespace monsoon
