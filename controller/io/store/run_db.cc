#include "controller/io/store/run_db.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/io/store/record_row.h"
#include "controller/io/store/run_db_statements.h"
#include "controller/io/store/schema.h"
#include "controller/io/store/sqlite_statement.h"

namespace monsoon {
namespace {

// Pages of 16 KiB hold a request with a few thousand gaps without overflow pages; a checkpoint each
// 64 MiB keeps its fsync rare. Records come nearly in the order of the table, so that few pages are
// wanted again.
constexpr char kWriterPragmas[] =
    "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
    "PRAGMA wal_autocheckpoint = 4096; PRAGMA cache_size = -16384;";
constexpr int kBusyTimeoutMs = 10'000;

absl::StatusOr<sqlite3*> OpenFile(const std::string& path) {
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(path.c_str(), &db, flags, nullptr) != SQLITE_OK) {
    absl::Status status = absl::InternalError(
        StrCat("cannot open ", path, ": ", db != nullptr ? sqlite3_errmsg(db) : "out of memory"));
    sqlite3_close(db);
    return status;
  }
  sqlite3_busy_timeout(db, kBusyTimeoutMs);
  sqlite3_extended_result_codes(db, 1);
  return db;
}

// Fails when the file exists, so that no earlier run's records are ever written over.
absl::Status CreateEmptyFile(const std::string& path) {
  const int file = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0) {
    return absl::InternalError(StrCat("cannot create ", path, ": ", std::strerror(errno)));
  }
  close(file);
  return absl::OkStatus();
}

// A writer that dies while it makes the schema, in one transaction, leaves it empty.
bool IsEmpty(sqlite3* db, const std::string& path) {
  absl::StatusOr<SqliteStatement> any =
      SqliteStatement::Prepare(db, path, "SELECT 1 FROM sqlite_master");
  if (!any.ok()) return false;
  const absl::StatusOr<bool> has_row = any->Step();
  return has_row.ok() && !*has_row;
}

absl::Status NotOurs(const std::string& path) {
  return absl::FailedPreconditionError(
      StrCat(path, " is not a Monsoon run database; name the folder of a run"));
}

}  // namespace

RunDb::RunDb(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}

RunDb::~RunDb() {
  const bool writes = statements_ != nullptr;
  statements_.reset();
  // The writer leaves one file behind; while another process reads, SQLite refuses, which does no
  // harm.
  if (writes) {
    sqlite3_exec(db_, "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
  }
  sqlite3_close(db_);
}

absl::StatusOr<std::unique_ptr<RunDb>> RunDb::Create(const std::string& path) {
  RETURN_IF_ERROR(CreateEmptyFile(path));
  ASSIGN_OR_RETURN(sqlite3* const db, OpenFile(path));
  std::unique_ptr<RunDb> run_db(new RunDb(db, path));
  RETURN_IF_ERROR(SqliteExec(db, path, kWriterPragmas));
  RETURN_IF_ERROR(run_db->CreateSchema());
  RETURN_IF_ERROR(run_db->PrepareStatements());
  return run_db;
}

absl::StatusOr<std::unique_ptr<RunDb>> RunDb::TakeUp(const std::string& path) {
  ASSIGN_OR_RETURN(sqlite3* const db, OpenFile(path));
  std::unique_ptr<RunDb> run_db(new RunDb(db, path));
  RETURN_IF_ERROR(run_db->CheckSchema());
  RETURN_IF_ERROR(SqliteExec(db, path, kWriterPragmas));
  RETURN_IF_ERROR(run_db->PrepareStatements());
  return run_db;
}

absl::Status RunDb::PrepareStatements() {
  ASSIGN_OR_RETURN(SqliteStatement insert_batch,
                   SqliteStatement::Prepare(
                       db_, path_,
                       "INSERT OR IGNORE INTO batches (agent, instance_id, epoch, sequence, "
                       "case_id, records, collected) VALUES (?, ?, ?, ?, ?, ?, ?)"));
  ASSIGN_OR_RETURN(SqliteStatement insert_request,
                   SqliteStatement::Prepare(db_, path_, kInsertRequestSql));
  ASSIGN_OR_RETURN(
      SqliteStatement remove_outdone,
      SqliteStatement::Prepare(db_, path_,
                               "DELETE FROM requests WHERE case_id = ? AND request_index = ? AND "
                               "(reported = 0 OR status = 'not_sent')"));
  ASSIGN_OR_RETURN(
      SqliteStatement insert_answer,
      SqliteStatement::Prepare(db_, path_, "INSERT INTO answers VALUES (?, ?, ?, ?, ?)"));
  statements_ =
      std::make_unique<Statements>(Statements{std::move(insert_batch), std::move(insert_request),
                                              std::move(insert_answer), std::move(remove_outdone)});
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<RunDb>> RunDb::Open(const std::string& path) {
  ASSIGN_OR_RETURN(sqlite3* const db, OpenFile(path));
  std::unique_ptr<RunDb> run_db(new RunDb(db, path));
  RETURN_IF_ERROR(run_db->CheckSchema());
  RETURN_IF_ERROR(SqliteExec(db, path, "PRAGMA query_only = 1"));
  return run_db;
}

absl::Status RunDb::CreateSchema() {
  RETURN_IF_ERROR(Begin());
  const std::string mark = StrCat("INSERT INTO schema_version VALUES (", kSchemaVersion,
                                  "); PRAGMA application_id = ", kApplicationId);
  absl::Status status = SqliteExec(db_, path_, kSchemaSql);
  if (status.ok()) status = SqliteExec(db_, path_, mark.c_str());
  return End(std::move(status));
}

absl::Status RunDb::HoldsNoRun() const {
  return absl::DataLossError(
      StrCat(path_, " holds no run: its controller died before it began. Run again"));
}

absl::Status RunDb::CheckSchema() {
  absl::StatusOr<SqliteStatement> id =
      SqliteStatement::Prepare(db_, path_, "PRAGMA application_id");
  if (!id.ok()) return NotOurs(path_);
  const absl::StatusOr<bool> has_id = id->Step();
  if (!has_id.ok() || !*has_id || id->TakeInt() != kApplicationId) {
    return IsEmpty(db_, path_) ? HoldsNoRun() : NotOurs(path_);
  }
  ASSIGN_OR_RETURN(SqliteStatement version,
                   SqliteStatement::Prepare(db_, path_, "SELECT version FROM schema_version"));
  ASSIGN_OR_RETURN(const bool has_version, version.Step());
  const int64_t found = has_version ? version.TakeInt() : 0;
  if (found == kSchemaVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(StrCat(path_, " is of schema version ", found,
                                              ", this program reads version ", kSchemaVersion,
                                              "; use the version of Monsoon that wrote it"));
}

absl::Status RunDb::BeginSnapshot() { return SqliteExec(db_, path_, "BEGIN DEFERRED"); }

void RunDb::EndSnapshot() { sqlite3_exec(db_, "COMMIT", nullptr, nullptr, nullptr); }

absl::Status RunDb::Begin() { return SqliteExec(db_, path_, "BEGIN IMMEDIATE"); }

absl::Status RunDb::End(absl::Status status) {
  if (status.ok()) status = SqliteExec(db_, path_, "COMMIT");
  // After some errors, a full disk among them, SQLite has rolled back by itself.
  if (!status.ok() && sqlite3_get_autocommit(db_) == 0) {
    sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  return status;
}

absl::StatusOr<bool> RunDb::RememberBatch(const BatchId& batch, int32_t case_index,
                                          size_t records) {
  SqliteStatement& insert = statements_->insert_batch;
  insert.Bind(std::string_view(batch.agent));
  insert.Bind(std::string_view(batch.instance_id));
  insert.Bind(static_cast<int64_t>(batch.epoch));
  insert.Bind(static_cast<int64_t>(batch.sequence));
  insert.Bind(int64_t{case_index});
  insert.Bind(static_cast<int64_t>(records));
  insert.Bind(int64_t{batch.collected});
  RETURN_IF_ERROR(insert.Run());
  return sqlite3_changes(db_) > 0;
}

absl::Status RunDb::InsertRecords(const std::string& agent, int32_t case_index,
                                  const std::string& request_id_prefix, int64_t shift_ns,
                                  std::span<const RequestRecord> records) {
  std::string request_id;
  for (const RequestRecord& record : records) {
    request_id = request_id_prefix;
    request_id += std::to_string(record.request_index);
    absl::Status status =
        InsertRequest(case_index, request_id, agent, /*reported=*/true, shift_ns, record);
    if (absl::IsAlreadyExists(status)) {
      ASSIGN_OR_RETURN(const bool removed, RemoveOutdone(case_index, record.request_index));
      if (removed) {
        status = InsertRequest(case_index, request_id, agent, /*reported=*/true, shift_ns, record);
      } else if (record.status == RequestStatus::kNotSent) {
        continue;
      }
    }
    if (absl::IsAlreadyExists(status)) {
      return absl::AlreadyExistsError(
          StrCat(path_, " already holds a record of request ", request_id, "; the one from agent ",
                 agent, " was not stored. This is a defect of the load test: please report it"));
    }
    RETURN_IF_ERROR(status);
    RETURN_IF_ERROR(InsertAnswer(case_index, record));
  }
  return absl::OkStatus();
}

absl::Status RunDb::InsertRequest(int32_t case_index, const std::string& request_id,
                                  const std::string& agent, bool reported, int64_t shift_ns,
                                  const RequestRecord& record) {
  SqliteStatement& insert = statements_->insert_request;
  BindRequest(case_index, request_id, agent, reported, shift_ns, record, insert);
  return insert.Run();
}

absl::StatusOr<bool> RunDb::RemoveOutdone(int32_t case_index, uint64_t request_index) {
  SqliteStatement& remove = statements_->remove_outdone;
  remove.Bind(int64_t{case_index});
  remove.Bind(static_cast<int64_t>(request_index));
  RETURN_IF_ERROR(remove.Run());
  return sqlite3_changes(db_) > 0;
}

absl::Status RunDb::CheckWritable() const {
  if (statements_ != nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(StrCat(path_, " was opened for reading"));
}

absl::Status RunDb::AppendRecords(const BatchId& batch, int32_t case_index,
                                  const std::string& request_id_prefix, int64_t shift_ns,
                                  std::span<const RequestRecord> records) {
  RETURN_IF_ERROR(CheckWritable());
  RETURN_IF_ERROR(Begin());
  const absl::StatusOr<bool> is_new = RememberBatch(batch, case_index, records.size());
  if (!is_new.ok() || !*is_new) return End(is_new.status());
  return End(InsertRecords(batch.agent, case_index, request_id_prefix, shift_ns, records));
}

absl::Status RunDb::ForEachRequest(int32_t case_index,
                                   const std::function<void(const StoredRequest&)>& visit) {
  ASSIGN_OR_RETURN(SqliteStatement select,
                   SqliteStatement::Prepare(db_, path_, kSelectRequestsSql));
  select.Bind(int64_t{case_index});
  StoredRequest row;
  while (true) {
    ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return absl::OkStatus();
    RETURN_IF_ERROR(TakeRequest(select, row));
    visit(row);
  }
}

absl::Status RunDb::ForEachRecord(int32_t case_index,
                                  const std::function<void(const RequestRecord&)>& visit) {
  return ForEachRequest(case_index, [&visit](const StoredRequest& row) { visit(row.record); });
}

}  // namespace monsoon
