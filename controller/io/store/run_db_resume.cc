// The part of RunDb that lets a run be taken up after its controller died.
#include <sqlite3.h>

#include "common/base/status_macros.h"
#include "controller/io/store/run_db.h"
#include "controller/io/store/sqlite_statement.h"

namespace monsoon {

absl::Status RunDb::WriteHanded(int32_t case_index, uint64_t below) {
  ASSIGN_OR_RETURN(SqliteStatement insert,
                   SqliteStatement::Prepare(db_, path_,
                                            "INSERT INTO handed VALUES (?, ?) ON CONFLICT(case_id) "
                                            "DO UPDATE SET below = max(below, excluded.below)"));
  insert.Bind(int64_t{case_index});
  insert.Bind(static_cast<int64_t>(below));
  return insert.Run();
}

absl::StatusOr<uint64_t> RunDb::ReadHanded(int32_t case_index) {
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      SqliteStatement::Prepare(db_, path_, "SELECT below FROM handed WHERE case_id = ?"));
  select.Bind(int64_t{case_index});
  ASSIGN_OR_RETURN(const bool has_row, select.Step());
  return has_row ? static_cast<uint64_t>(select.TakeInt()) : 0;
}

absl::StatusOr<std::vector<uint64_t>> RunDb::MissingRequests(int32_t case_index, uint64_t total) {
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      SqliteStatement::Prepare(
          db_, path_,
          "SELECT request_index FROM requests WHERE case_id = ? ORDER BY request_index"));
  select.Bind(int64_t{case_index});
  std::vector<uint64_t> missing;
  uint64_t next = 0;
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, select.Step());
    const uint64_t present = has_row ? static_cast<uint64_t>(select.TakeInt()) : total;
    for (; next < present && next < total; ++next) missing.push_back(next);
    if (!has_row) return missing;
    next = present + 1;
  }
}

absl::StatusOr<bool> RunDb::HasBatches(const BatchId& last) {
  ASSIGN_OR_RETURN(SqliteStatement select,
                   SqliteStatement::Prepare(
                       db_, path_,
                       "SELECT count(*) FROM batches WHERE agent = ? AND instance_id = ? AND "
                       "epoch = ? AND sequence <= ?"));
  select.Bind(std::string_view(last.agent));
  select.Bind(std::string_view(last.instance_id));
  select.Bind(static_cast<int64_t>(last.epoch));
  select.Bind(static_cast<int64_t>(last.sequence));
  RETURN_IF_ERROR(select.Step().status());
  return static_cast<uint64_t>(select.TakeInt()) == last.sequence;
}

absl::StatusOr<bool> RunDb::HasBatch(const BatchId& batch) {
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      SqliteStatement::Prepare(
          db_, path_,
          "SELECT 1 FROM batches WHERE agent = ? AND instance_id = ? AND epoch = ? AND "
          "sequence = ?"));
  select.Bind(std::string_view(batch.agent));
  select.Bind(std::string_view(batch.instance_id));
  select.Bind(static_cast<int64_t>(batch.epoch));
  select.Bind(static_cast<int64_t>(batch.sequence));
  return select.Step();
}

absl::StatusOr<RunDb::Collected> RunDb::CountCollected(int32_t case_index) {
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      SqliteStatement::Prepare(db_, path_,
                               "SELECT coalesce(sum(records), 0), count(DISTINCT agent) "
                               "FROM batches WHERE case_id = ? AND collected = 1"));
  select.Bind(int64_t{case_index});
  RETURN_IF_ERROR(select.Step().status());
  Collected collected;
  collected.records = select.TakeInt();
  collected.agents = select.TakeInt();
  return collected;
}

absl::StatusOr<std::map<std::string, int64_t>> RunDb::CountLost(int32_t case_index) {
  return ByAgent(
      "SELECT agent, count(*) FROM requests WHERE case_id = ? AND status = 'lost' GROUP BY agent",
      case_index);
}

absl::Status RunDb::TakeBackLost(int32_t case_index, const std::string& agent) {
  ASSIGN_OR_RETURN(SqliteStatement update,
                   SqliteStatement::Prepare(db_, path_,
                                            "UPDATE requests SET status = 'not_sent', agent = '' "
                                            "WHERE case_id = ? AND agent = ? AND "
                                            "status = 'lost' AND reported = 0"));
  update.Bind(int64_t{case_index});
  update.Bind(std::string_view(agent));
  return update.Run();
}

absl::StatusOr<std::map<std::string, int64_t>> RunDb::FirstSends(int32_t case_index) {
  return ByAgent(
      "SELECT agent, min(dispatched_ns) FROM requests WHERE case_id = ? AND "
      "dispatched_ns NOT NULL GROUP BY agent",
      case_index);
}

absl::StatusOr<std::map<std::string, int64_t>> RunDb::ByAgent(const char* sql, int32_t case_index) {
  ASSIGN_OR_RETURN(SqliteStatement select, SqliteStatement::Prepare(db_, path_, sql));
  select.Bind(int64_t{case_index});
  std::map<std::string, int64_t> numbers;
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return numbers;
    std::string agent(select.TakeText());
    numbers[std::move(agent)] = select.TakeInt();
  }
}

absl::Status RunDb::AppendUnreported(int32_t case_index, const std::string& agent,
                                     const std::string& request_id_prefix, int64_t shift_ns,
                                     std::span<const RequestRecord> records) {
  RETURN_IF_ERROR(CheckWritable());
  RETURN_IF_ERROR(Begin());
  absl::Status status;
  std::string request_id;
  for (const RequestRecord& record : records) {
    request_id = request_id_prefix;
    request_id += std::to_string(record.request_index);
    status = InsertRequest(case_index, request_id, agent, /*reported=*/false, shift_ns, record);
    // Whatever is there says more.
    if (absl::IsAlreadyExists(status)) status = absl::OkStatus();
    if (!status.ok()) break;
  }
  return End(std::move(status));
}

absl::Status RunDb::ForgetCase(int32_t case_index) {
  RETURN_IF_ERROR(Begin());
  absl::Status status;
  for (const char* const sql :
       {"DELETE FROM requests WHERE case_id = ?", "DELETE FROM case_agents WHERE case_id = ?",
        "DELETE FROM handed WHERE case_id = ?", "DELETE FROM cases WHERE case_id = ?",
        "UPDATE cases SET superseded_by = NULL WHERE superseded_by = ?"}) {
    absl::StatusOr<SqliteStatement> statement = SqliteStatement::Prepare(db_, path_, sql);
    status = statement.status();
    if (!status.ok()) break;
    statement->Bind(int64_t{case_index});
    status = statement->Run();
    if (!status.ok()) break;
  }
  return End(std::move(status));
}

absl::Status RunDb::AddResume(const ResumeFacts& resume) {
  ASSIGN_OR_RETURN(
      SqliteStatement insert,
      SqliteStatement::Prepare(db_, path_, "INSERT INTO resumes (at_wall_ns, note) VALUES (?, ?)"));
  insert.Bind(resume.at_wall_ns);
  insert.Bind(std::string_view(resume.note));
  return insert.Run();
}

absl::StatusOr<std::vector<ResumeFacts>> RunDb::ReadResumes() {
  ASSIGN_OR_RETURN(SqliteStatement select,
                   SqliteStatement::Prepare(
                       db_, path_, "SELECT at_wall_ns, note FROM resumes ORDER BY position"));
  std::vector<ResumeFacts> resumes;
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return resumes;
    ResumeFacts& resume = resumes.emplace_back();
    resume.at_wall_ns = select.TakeInt();
    resume.note = select.TakeText();
  }
}

}  // namespace monsoon
