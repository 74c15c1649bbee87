// The part of RunDb that stores and reads the facts of the run and its cases.
#include <nlohmann/json.hpp>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/core/calibrate/calibration_json.h"
#include "controller/core/preflight/facts_json.h"
#include "controller/core/report/case_spec_json.h"
#include "controller/io/store/run_db.h"
#include "controller/io/store/sqlite_statement.h"

namespace monsoon {
namespace {

using Json = nlohmann::json;

std::string ListToJson(const std::vector<std::string>& sentences) {
  return Json(sentences).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void BindStamp(int64_t ns, SqliteStatement& statement) {
  if (ns == kNever) {
    statement.BindNull();
  } else {
    statement.Bind(ns);
  }
}

absl::StatusOr<std::vector<std::string>> ListFromJson(std::string_view json) {
  try {
    return Json::parse(json).get<std::vector<std::string>>();
  } catch (const Json::exception& error) {
    return absl::DataLossError(StrCat("cases.incomplete_reasons is damaged: ", error.what()));
  }
}

}  // namespace

absl::Status RunDb::WriteRun(const RunFacts& run) {
  ASSIGN_OR_RETURN(SqliteStatement insert,
                   SqliteStatement::Prepare(
                       db_, path_, "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.Bind(std::string_view(run.run_id));
  insert.Bind(std::string_view(run.name));
  insert.Bind(std::string_view(run.version));
  insert.Bind(run.started_wall_ns);
  insert.Bind(run.finished_wall_ns);
  insert.Bind(static_cast<int64_t>(run.seed));
  insert.Bind(int64_t{run.interrupted});
  const std::string calibration = run.calibration ? CalibrationToJson(*run.calibration) : "";
  if (run.calibration) {
    insert.Bind(std::string_view(calibration));
  } else {
    insert.BindNull();
  }
  return insert.Run();
}

absl::StatusOr<RunFacts> RunDb::ReadRun() {
  ASSIGN_OR_RETURN(SqliteStatement select,
                   SqliteStatement::Prepare(
                       db_, path_,
                       "SELECT run_id, name, version, started_wall_ns, finished_wall_ns, seed, "
                       "interrupted, calibration FROM runs"));
  ASSIGN_OR_RETURN(const bool has_row, select.Step());
  if (!has_row) {
    return absl::DataLossError(
        StrCat(path_, " holds no run: its controller died before it began. Run again"));
  }
  RunFacts run;
  run.run_id = select.TakeText();
  run.name = select.TakeText();
  run.version = select.TakeText();
  run.started_wall_ns = select.TakeInt();
  run.finished_wall_ns = select.TakeInt();
  run.seed = static_cast<uint64_t>(select.TakeInt());
  run.interrupted = select.TakeInt() != 0;
  ASSIGN_OR_RETURN(run.engines, ReadEngines());
  const std::string_view calibration = select.TakeText();
  if (calibration.empty()) return run;
  absl::StatusOr<Calibration> read = CalibrationFromJson(calibration);
  if (!read.ok()) {
    return absl::DataLossError(
        StrCat(path_, ": runs.calibration ", ToStd(read.status().message())));
  }
  run.calibration = *std::move(read);
  return run;
}

absl::Status RunDb::WriteEngines(const std::vector<EngineFacts>& engines) {
  ASSIGN_OR_RETURN(SqliteStatement insert,
                   SqliteStatement::Prepare(db_, path_, "INSERT INTO engines VALUES (?, ?, ?)"));
  for (size_t i = 0; i < engines.size(); ++i) {
    const std::string facts = EngineFactsToJson(engines[i]);
    insert.Bind(static_cast<int64_t>(i));
    insert.Bind(std::string_view(engines[i].engine));
    insert.Bind(std::string_view(facts));
    RETURN_IF_ERROR(insert.Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<EngineFacts>> RunDb::ReadEngines() {
  std::vector<EngineFacts> engines;
  // Runs of versions without a preflight have no such table.
  ASSIGN_OR_RETURN(
      SqliteStatement table,
      SqliteStatement::Prepare(db_, path_, "SELECT 1 FROM sqlite_master WHERE name = 'engines'"));
  ASSIGN_OR_RETURN(const bool has_table, table.Step());
  if (!has_table) return engines;
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      SqliteStatement::Prepare(db_, path_, "SELECT facts FROM engines ORDER BY position"));
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return engines;
    absl::StatusOr<EngineFacts> facts = EngineFactsFromJson(select.TakeText());
    if (!facts.ok()) {
      return absl::DataLossError(
          StrCat(path_, ": engines.facts ", ToStd(facts.status().message())));
    }
    engines.push_back(*std::move(facts));
  }
}

absl::Status RunDb::WriteCase(const CaseFacts& facts) {
  RETURN_IF_ERROR(Begin());
  absl::Status status = InsertCase(facts);
  if (status.ok()) status = InsertAgents(facts);
  return End(std::move(status));
}

absl::Status RunDb::InsertCase(const CaseFacts& facts) {
  ASSIGN_OR_RETURN(
      SqliteStatement insert,
      SqliteStatement::Prepare(
          db_, path_,
          "INSERT OR REPLACE INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  const std::string spec = CaseSpecToJson(WithoutSecrets(facts.spec));
  const std::string reasons = ListToJson(facts.incomplete_reasons);
  insert.Bind(int64_t{facts.spec.index});
  insert.Bind(std::string_view(facts.spec.name));
  insert.Bind(std::string_view(spec));
  insert.Bind(facts.planned);
  insert.Bind(facts.warmup_planned);
  insert.Bind(facts.start_ns);
  insert.Bind(facts.finished_ns);
  BindStamp(facts.window_start_ns, insert);
  BindStamp(facts.window_end_ns, insert);
  insert.Bind(facts.dataset_items);
  insert.Bind(facts.dataset_filtered);
  insert.Bind(facts.dataset_skipped_bad);
  insert.Bind(std::string_view(facts.dataset_first_bad));
  insert.Bind(facts.repeated_prompt_share);
  insert.Bind(std::string_view(reasons));
  return insert.Run();
}

absl::Status RunDb::InsertAgents(const CaseFacts& facts) {
  ASSIGN_OR_RETURN(
      SqliteStatement remove,
      SqliteStatement::Prepare(db_, path_, "DELETE FROM case_agents WHERE case_id = ?"));
  remove.Bind(int64_t{facts.spec.index});
  RETURN_IF_ERROR(remove.Run());
  ASSIGN_OR_RETURN(SqliteStatement insert,
                   SqliteStatement::Prepare(
                       db_, path_,
                       "INSERT INTO case_agents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                       "?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  int64_t position = 0;
  for (const AgentFacts& agent : facts.agents) {
    const std::string loop_lag = agent.loop_lag_ns.Serialize();
    const std::string kernel_lag = agent.kernel_lag_ns.Serialize();
    const std::string timer_lag = agent.timer_lag_ns.Serialize();
    insert.Bind(int64_t{facts.spec.index});
    insert.Bind(position++);
    insert.Bind(std::string_view(agent.name));
    insert.Bind(std::string_view(agent.hostname));
    insert.Bind(std::string_view(agent.version));
    insert.Bind(agent.load_threads);
    insert.Bind(agent.concurrency);
    insert.Bind(std::string_view(agent.engine_address));
    insert.Bind(agent.clock_offset_ns);
    insert.Bind(agent.clock_bound_ns);
    insert.Bind(agent.new_connections);
    insert.Bind(agent.reused_connections);
    insert.Bind(agent.busy_share_max);
    insert.Bind(agent.cpu_seconds);
    insert.Bind(agent.starved_slot_ns);
    insert.BindBlob(loop_lag);
    insert.BindBlob(kernel_lag);
    insert.BindBlob(timer_lag);
    insert.Bind(agent.clock_step_ns);
    insert.Bind(agent.clock_rate_error);
    insert.Bind(int64_t{agent.lost});
    insert.Bind(std::string_view(agent.lost_reason));
    RETURN_IF_ERROR(insert.Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<CaseFacts>> RunDb::ReadCases() {
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      SqliteStatement::Prepare(
          db_, path_,
          "SELECT spec, planned, warmup_planned, start_ns, finished_ns, window_start_ns, "
          "window_end_ns, dataset_items, "
          "dataset_filtered, dataset_skipped_bad, dataset_first_bad, "
          "repeated_prompt_share, incomplete_reasons FROM cases ORDER BY case_id"));
  std::vector<CaseFacts> cases;
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return cases;
    CaseFacts& facts = cases.emplace_back();
    ASSIGN_OR_RETURN(facts.spec, CaseSpecFromJson(select.TakeText()));
    facts.planned = select.TakeInt();
    facts.warmup_planned = select.TakeInt();
    facts.start_ns = select.TakeInt();
    facts.finished_ns = select.TakeInt();
    facts.window_start_ns = select.TakeOptionalInt().value_or(kNever);
    facts.window_end_ns = select.TakeOptionalInt().value_or(kNever);
    facts.dataset_items = select.TakeInt();
    facts.dataset_filtered = select.TakeInt();
    facts.dataset_skipped_bad = select.TakeInt();
    facts.dataset_first_bad = select.TakeText();
    facts.repeated_prompt_share = select.TakeDouble();
    ASSIGN_OR_RETURN(facts.incomplete_reasons, ListFromJson(select.TakeText()));
    ASSIGN_OR_RETURN(facts.agents, ReadAgents(facts.spec.index));
  }
}

absl::StatusOr<std::vector<AgentFacts>> RunDb::ReadAgents(int32_t case_index) {
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      SqliteStatement::Prepare(
          db_, path_,
          "SELECT name, hostname, version, load_threads, concurrency, engine_address, "
          "clock_offset_ns, clock_bound_ns, new_connections, reused_connections, busy_share_max, "
          "cpu_seconds, starved_slot_ns, loop_lag_ns, kernel_lag_ns, timer_lag_ns, clock_step_ns, "
          "clock_rate_error, lost, lost_reason FROM case_agents "
          "WHERE case_id = ? ORDER BY position"));
  select.Bind(int64_t{case_index});
  std::vector<AgentFacts> agents;
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return agents;
    AgentFacts& agent = agents.emplace_back();
    agent.name = select.TakeText();
    agent.hostname = select.TakeText();
    agent.version = select.TakeText();
    agent.load_threads = select.TakeInt();
    agent.concurrency = select.TakeInt();
    agent.engine_address = select.TakeText();
    agent.clock_offset_ns = select.TakeInt();
    agent.clock_bound_ns = select.TakeInt();
    agent.new_connections = select.TakeInt();
    agent.reused_connections = select.TakeInt();
    agent.busy_share_max = select.TakeDouble();
    agent.cpu_seconds = select.TakeDouble();
    agent.starved_slot_ns = select.TakeInt();
    ASSIGN_OR_RETURN(agent.loop_lag_ns, LogHistogram::Parse(select.TakeText()));
    ASSIGN_OR_RETURN(agent.kernel_lag_ns, LogHistogram::Parse(select.TakeText()));
    ASSIGN_OR_RETURN(agent.timer_lag_ns, LogHistogram::Parse(select.TakeText()));
    agent.clock_step_ns = select.TakeInt();
    agent.clock_rate_error = select.TakeDouble();
    agent.lost = select.TakeInt() != 0;
    agent.lost_reason = select.TakeText();
  }
}

}  // namespace monsoon
