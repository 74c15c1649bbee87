#include "controller/io/store/sqlite_statement.h"

#include <errno.h>
#include <sqlite3.h>

#include <utility>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// What the system said when a write to `file` failed last. sqlite3_system_errno would be simpler,
// but by the time a statement has failed the roll-back has overwritten it.
int LastErrno(sqlite3_file* file) {
  int last_errno = 0;
  if (file == nullptr || file->pMethods == nullptr) return 0;
  file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &last_errno);
  return last_errno;
}

// SQLite says FULL for ENOSPC alone; a quota and a file size limit are plain I/O errors to it.
bool IsOutOfSpace(sqlite3* db) {
  const int primary_code = sqlite3_errcode(db) & 0xff;
  if (primary_code != SQLITE_IOERR) return primary_code == SQLITE_FULL;
  for (const int which : {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER}) {
    sqlite3_file* file = nullptr;
    sqlite3_file_control(db, "main", which, &file);
    const int last_errno = LastErrno(file);
    if (last_errno == ENOSPC || last_errno == EDQUOT || last_errno == EFBIG) return true;
  }
  return false;
}

}  // namespace

absl::Status SqliteError(sqlite3* db, const std::string& path) {
  const std::string text = StrCat(path, ": ", sqlite3_errmsg(db));
  if (IsOutOfSpace(db)) {
    return absl::ResourceExhaustedError(StrCat(
        text,
        ". The disk or quota that holds it is full: make room. No acknowledged record is lost."));
  }
  if (sqlite3_extended_errcode(db) == SQLITE_CONSTRAINT_PRIMARYKEY) {
    return absl::AlreadyExistsError(text);
  }
  return absl::InternalError(text);
}

absl::Status SqliteExec(sqlite3* db, const std::string& path, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return absl::OkStatus();
  return SqliteError(db, path);
}

absl::StatusOr<SqliteStatement> SqliteStatement::Prepare(sqlite3* db, const std::string& path,
                                                         const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
      SQLITE_OK) {
    return SqliteError(db, path);
  }
  return SqliteStatement(db, path, statement);
}

SqliteStatement::SqliteStatement(sqlite3* db, const std::string& path, sqlite3_stmt* statement)
    : db_(db), path_(path), statement_(statement) {}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

SqliteStatement::SqliteStatement(SqliteStatement&& other) noexcept
    : db_(other.db_),
      path_(std::move(other.path_)),
      statement_(std::exchange(other.statement_, nullptr)),
      parameter_(other.parameter_),
      column_(other.column_) {}

// Binding fails only for a wrong index or a reset that was forgotten; Step would then report it.
void SqliteStatement::Bind(int64_t value) { sqlite3_bind_int64(statement_, ++parameter_, value); }
void SqliteStatement::Bind(double value) { sqlite3_bind_double(statement_, ++parameter_, value); }
void SqliteStatement::Bind(const std::optional<double>& value) {
  value ? Bind(*value) : BindNull();
}

void SqliteStatement::Bind(std::string_view text) {
  // A null pointer would bind NULL.
  const char* const data = text.empty() ? "" : text.data();
  sqlite3_bind_text(statement_, ++parameter_, data, static_cast<int>(text.size()), SQLITE_STATIC);
}
void SqliteStatement::BindBlob(std::string_view bytes) {
  const char* const data = bytes.empty() ? "" : bytes.data();
  sqlite3_bind_blob(statement_, ++parameter_, data, static_cast<int>(bytes.size()), SQLITE_STATIC);
}
void SqliteStatement::BindNull() { sqlite3_bind_null(statement_, ++parameter_); }

absl::StatusOr<bool> SqliteStatement::Step() {
  column_ = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return SqliteError(db_, path_);
}

absl::Status SqliteStatement::Run() {
  absl::Status status = Step().status();
  Reset();
  return status;
}

void SqliteStatement::Reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  parameter_ = 0;
  column_ = 0;
}

int64_t SqliteStatement::TakeInt() { return sqlite3_column_int64(statement_, column_++); }
double SqliteStatement::TakeDouble() { return sqlite3_column_double(statement_, column_++); }

std::optional<int64_t> SqliteStatement::TakeOptionalInt() {
  if (sqlite3_column_type(statement_, column_) == SQLITE_NULL) {
    ++column_;
    return std::nullopt;
  }
  return TakeInt();
}

std::optional<double> SqliteStatement::TakeOptionalDouble() {
  if (sqlite3_column_type(statement_, column_) == SQLITE_NULL) {
    ++column_;
    return std::nullopt;
  }
  return TakeDouble();
}

std::string_view SqliteStatement::TakeText() {
  const void* const data = sqlite3_column_blob(statement_, column_);
  const int size = sqlite3_column_bytes(statement_, column_++);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<size_t>(size)};
}

}  // namespace monsoon
