// The controller program: parse the command line, run the command.
#include <signal.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "common/process/guard_memory.h"
#include "common/version.h"
#include "controller/agent_flags.h"
#include "controller/core/report/exit_status.h"
#include "controller/io/calibrate/calibrate_command.h"
#include "controller/io/evalscope/from_evalscope_command.h"
#include "controller/io/run/agents_command.h"
#include "controller/io/run/other_commands.h"
#include "controller/io/run/resume_command.h"
#include "controller/io/run/run_command.h"

namespace {

CLI::App* AddCalibrate(CLI::App& app, monsoon::CalibrateOptions& options) {
  CLI::App* const calibrate = app.add_subcommand(
      "calibrate", "Measure this machine's own timing error and capacity against a null engine");
  calibrate->add_option("--out", options.out_path, "The JSON file to write; replaces an older one")
      ->capture_default_str();
  calibrate
      ->add_option("--streams", options.streams,
                   "Streams at once, rising (default: 1,128,1000,4000; with --quick 1,128,1000)")
      ->delimiter(',')
      ->check(CLI::Range(1, 100'000));
  calibrate->add_option("--tokens-per-s", options.tokens_per_s, "Of each stream")
      ->check(CLI::Range(1.0, 10'000.0))
      ->capture_default_str();
  CLI::Option* const rates =
      calibrate
          ->add_option("--rates", options.rates,
                       "Requests per second of an open loop of one-token answers, rising (default: "
                       "100,1000,5000,10000; with --quick 100,1000)")
          ->delimiter(',')
          ->check(CLI::Range(1, 1'000'000));
  calibrate->add_flag("--no-rates", options.no_rates, "No open loop, only streams")
      ->excludes(rates);
  calibrate
      ->add_option("--seconds-per-step", options.seconds_per_step,
                   "How long each load is measured (default: 8; with --quick 2)")
      ->check(CLI::Range(0.1, 600.0));
  calibrate
      ->add_option("--threads", options.threads,
                   "Load threads of the agent; 0: one for each core that it may use")
      ->check(CLI::Range(0, 1024));
  calibrate->add_option("--agent-core", options.placement.agent_core,
                        "The CPU that the agent alone runs on");
  calibrate->add_option("--engine-core", options.placement.engine_core,
                        "The CPU that the null engine runs on");
  calibrate->add_flag("--pin", options.pin, "Choose those two CPUs: the first two there are");
  calibrate->add_flag("--quick", options.quick, "A rough answer in about 20 s");
  return calibrate;
}

// What follows the first "--" of `controller from-evalscope`, which is another program's command
// line and none of ours; `argc` ends before it.
std::vector<std::string> TakeForeignWords(int& argc, char** argv) {
  std::vector<std::string> words;
  if (argc < 2 || std::string_view(argv[1]) != "from-evalscope") return words;
  const auto end = argv + argc;
  const auto mark = std::find(argv + 2, end, std::string_view("--"));
  if (mark != end) words.assign(mark + 1, end);
  argc = static_cast<int>(mark - argv);
  return words;
}

}  // namespace

int main(int argc, char** argv) {
  monsoon::GuardMemory();
  signal(SIGPIPE, SIG_IGN);

  std::vector<std::string> foreign_words = TakeForeignWords(argc, argv);
  CLI::App app{"Monsoon: a distributed load tester for LLM serving."};
  app.set_version_flag("--version", std::string("monsoon controller ") + monsoon::kVersion);
  app.require_subcommand(0, 1);  // none is answered below, an unknown one by name

  monsoon::RunOptions run;
  CLI::App* run_app = app.add_subcommand("run", "Run a scenario and report");
  run_app->add_option("SCENARIO", run.scenario_path, "The scenario's YAML file")->required();
  run_app->add_option("--out", run.out_dir, "Folder for the results (default: runs/<name>-<time>)");
  run_app
      ->add_option("--agents", run.agents,
                   "HOST:PORT[*WEIGHT],... instead of the scenario's agents")
      ->delimiter(',');
  run_app
      ->add_option("--set", run.overrides, "Override a key of the scenario: KEY=VALUE; repeatable")
      ->take_all();
  run_app->add_option(
      "--allow-target", run.allow_targets,
      "A network that the engine may be in, besides loopback and private ones, for "
      "the agent that this command starts: an address, 10.0.0.0/8, or any; repeatable");
  run_app->add_option("--threads", run.embedded_threads,
                      "Load threads of the agent that this command starts; 0: one for each core");
  run_app->add_flag("!--no-preflight", run.preflight,
                    "Do not ask each engine once before any load; as `preflight: false`");
  monsoon::AddAgentSecurity(*run_app, run.security);
  run_app->add_flag("--quiet", run.quiet, "No progress, only the report");

  monsoon::ResumeOptions resume;
  CLI::App* const resume_app = app.add_subcommand(
      "resume", "Take up a run whose controller died: collect, close, run what remains");
  resume_app->add_option("RUN_DIR", resume.run_dir, "The run's folder")->required();
  resume_app->add_option("--agents", resume.agents, "HOST:PORT,...: where the run's agents are now")
      ->delimiter(',');
  monsoon::AddAgentSecurity(*resume_app, resume.security);
  resume_app->add_flag("--rerun", resume.rerun,
                       "Repeat the case that was interrupted, as a new attempt");
  resume_app->add_flag("--quiet", resume.quiet, "No progress, only the report");

  std::string scenario_path;
  std::vector<std::string> overrides;
  CLI::App* validate_app =
      app.add_subcommand("validate", "Check a scenario and its datasets; print its cases");
  validate_app->add_option("SCENARIO", scenario_path, "The scenario's YAML file")->required();
  validate_app->add_option("--set", overrides, "Override a key: KEY=VALUE; repeatable")->take_all();

  bool fetch_quietly = false;
  CLI::App* fetch_app = app.add_subcommand(
      "fetch", "Download the datasets and tokenizers that a scenario names on a hub");
  fetch_app->add_option("SCENARIO", scenario_path, "The scenario's YAML file")->required();
  fetch_app->add_option("--set", overrides, "Override a key: KEY=VALUE; repeatable")->take_all();
  fetch_app->add_flag("--quiet", fetch_quietly, "No progress");

  std::string run_dir;
  CLI::App* report_app = app.add_subcommand("report", "Report a run again from its records");
  report_app->add_option("RUN_DIR", run_dir, "The run's folder")->required();

  monsoon::AgentsOptions agents;
  CLI::App* agents_app = app.add_subcommand("agents", "Show health, clock and capacity of agents");
  agents_app->add_option("SCENARIO", agents.what, "The scenario that names them, or HOST:PORT,...");
  agents_app
      ->add_option("--agents", agents.agents, "HOST:PORT,... instead of the scenario's agents")
      ->delimiter(',');
  agents_app->add_flag("--json", agents.json, "For scripts");
  monsoon::AddAgentSecurity(*agents_app, agents.security);

  monsoon::CalibrateOptions calibrate;
  CLI::App* calibrate_app = AddCalibrate(app, calibrate);

  std::string foreign_line;
  CLI::App* from_evalscope_app =
      app.add_subcommand("from-evalscope",
                         "Print the scenario that an EvalScope command line stands for: controller "
                         "from-evalscope -- llmuses perf ...");
  from_evalscope_app->add_option("LINE", foreign_line,
                                 "The command line in one piece; - or nothing: from stdin");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? monsoon::kExitOk : monsoon::kExitRejected;
  }
  if (run_app->parsed()) return monsoon::RunCommand(run);
  if (resume_app->parsed()) return monsoon::ResumeCommand(resume);
  if (validate_app->parsed()) return monsoon::ValidateCommand(scenario_path, overrides);
  if (fetch_app->parsed()) {
    return monsoon::FetchCommand(scenario_path, overrides, fetch_quietly);
  }
  if (report_app->parsed()) return monsoon::ReportCommand(run_dir);
  if (agents_app->parsed()) return monsoon::AgentsCommand(agents);
  if (from_evalscope_app->parsed()) {
    if (!foreign_line.empty()) foreign_words.insert(foreign_words.begin(), foreign_line);
    return monsoon::FromEvalscopeCommand(foreign_words);
  }
  if (calibrate_app->parsed()) return monsoon::CalibrateCommand(calibrate);
  std::cerr << app.help();
  return monsoon::kExitRejected;
}
