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

void BindCase(std::optional<int32_t> case_index, SqliteStatement& statement) {
  if (case_index) {
    statement.Bind(int64_t{*case_index});
  } else {
    statement.BindNull();
  }
}

std::optional<int32_t> TakeCase(SqliteStatement& statement) {
  const std::optional<int64_t> case_index = statement.TakeOptionalInt();
  if (!case_index) return std::nullopt;
  return static_cast<int32_t>(*case_index);
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
  ASSIGN_OR_RETURN(
      SqliteStatement insert,
      SqliteStatement::Prepare(
          db_, path_, "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
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
  insert.Bind(std::string_view(run.zero.boot_id));
  insert.Bind(run.zero.monotonic_ns);
  insert.Bind(run.zero.wall_ns);
  insert.Bind(std::string_view(run.invocation));
  return insert.Run();
}

absl::StatusOr<RunFacts> RunDb::ReadRun() {
  ASSIGN_OR_RETURN(SqliteStatement select,
                   SqliteStatement::Prepare(
                       db_, path_,
                       "SELECT run_id, name, version, started_wall_ns, finished_wall_ns, seed, "
                       "interrupted, boot_id, zero_monotonic_ns, zero_wall_ns, invocation, "
                       "calibration FROM runs"));
  ASSIGN_OR_RETURN(const bool has_row, select.Step());
  if (!has_row) return HoldsNoRun();
  RunFacts run;
  run.run_id = select.TakeText();
  run.name = select.TakeText();
  run.version = select.TakeText();
  run.started_wall_ns = select.TakeInt();
  run.finished_wall_ns = select.TakeInt();
  run.seed = static_cast<uint64_t>(select.TakeInt());
  run.interrupted = select.TakeInt() != 0;
  run.zero.boot_id = select.TakeText();
  run.zero.monotonic_ns = select.TakeInt();
  run.zero.wall_ns = select.TakeInt();
  run.invocation = select.TakeText();
  ASSIGN_OR_RETURN(run.engines, ReadEngines());
  ASSIGN_OR_RETURN(run.resumes, ReadResumes());
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
          "INSERT OR REPLACE INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
          "?, ?, ?, ?)"));
  const std::string spec = CaseSpecToJson(WithoutSecrets(facts.spec));
  const std::string reasons = ListToJson(facts.incomplete_reasons);
  insert.Bind(int64_t{facts.spec.index});
  insert.Bind(std::string_view(facts.spec.name));
  insert.Bind(CaseStateName(facts.state));
  insert.Bind(facts.attempt);
  BindCase(facts.supersedes, insert);
  BindCase(facts.superseded_by, insert);
  insert.Bind(std::string_view(spec));
  insert.Bind(facts.planned);
  insert.Bind(facts.warmup_planned);
  BindStamp(facts.start_ns, insert);
  insert.Bind(facts.finished_ns);
  BindStamp(facts.window_start_ns, insert);
  BindStamp(facts.window_end_ns, insert);
  insert.Bind(facts.dataset_items);
  insert.Bind(facts.dataset_filtered);
  insert.Bind(facts.dataset_skipped_bad);
  insert.Bind(std::string_view(facts.dataset_first_bad));
  insert.Bind(facts.repeated_prompt_share);
  insert.Bind(std::string_view(reasons));
  BindStamp(facts.first_send_skew_ns, insert);
  insert.Bind(facts.first_send_skew_bound_ns);
  RETURN_IF_ERROR(insert.Run());
  return facts.supersedes ? MarkSuperseded(*facts.supersedes, facts.spec.index) : absl::OkStatus();
}

absl::Status RunDb::MarkSuperseded(int32_t case_index, int32_t by) {
  ASSIGN_OR_RETURN(
      SqliteStatement update,
      SqliteStatement::Prepare(db_, path_, "UPDATE cases SET superseded_by = ? WHERE case_id = ?"));
  update.Bind(int64_t{by});
  update.Bind(int64_t{case_index});
  return update.Run();
}

absl::StatusOr<std::vector<CaseFacts>> RunDb::ReadCases() {
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      SqliteStatement::Prepare(db_, path_,
                               "SELECT state, attempt, supersedes, superseded_by, spec, planned, "
                               "warmup_planned, start_ns, "
                               "finished_ns, window_start_ns, "
                               "window_end_ns, dataset_items, "
                               "dataset_filtered, dataset_skipped_bad, dataset_first_bad, "
                               "repeated_prompt_share, incomplete_reasons, first_send_skew_ns, "
                               "first_send_skew_bound_ns FROM cases ORDER BY case_id"));
  std::vector<CaseFacts> cases;
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return cases;
    CaseFacts& facts = cases.emplace_back();
    const std::optional<CaseState> state = CaseStateFromName(select.TakeText());
    if (!state) return absl::DataLossError(StrCat(path_, ": cases.state is damaged"));
    facts.state = *state;
    facts.attempt = select.TakeInt();
    facts.supersedes = TakeCase(select);
    facts.superseded_by = TakeCase(select);
    ASSIGN_OR_RETURN(facts.spec, CaseSpecFromJson(select.TakeText()));
    facts.planned = select.TakeInt();
    facts.warmup_planned = select.TakeInt();
    facts.start_ns = select.TakeOptionalInt().value_or(kNever);
    facts.finished_ns = select.TakeInt();
    facts.window_start_ns = select.TakeOptionalInt().value_or(kNever);
    facts.window_end_ns = select.TakeOptionalInt().value_or(kNever);
    facts.dataset_items = select.TakeInt();
    facts.dataset_filtered = select.TakeInt();
    facts.dataset_skipped_bad = select.TakeInt();
    facts.dataset_first_bad = select.TakeText();
    facts.repeated_prompt_share = select.TakeDouble();
    ASSIGN_OR_RETURN(facts.incomplete_reasons, ListFromJson(select.TakeText()));
    facts.first_send_skew_ns = select.TakeOptionalInt().value_or(kNever);
    facts.first_send_skew_bound_ns = select.TakeInt();
    ASSIGN_OR_RETURN(facts.agents, ReadAgents(facts.spec.index));
  }
}

}  // namespace monsoon
