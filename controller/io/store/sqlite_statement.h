// SqliteStatement: one prepared statement, and the translation of SQLite's errors.
//
// Used by RunDb alone, on its thread. Owns the sqlite3_stmt; the database must outlive it. Bound
// text and blobs are not copied: they must live until Reset().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace monsoon {

// The status of `db`'s last error: RESOURCE_EXHAUSTED when the disk, a quota or a file size limit
// is exhausted, ALREADY_EXISTS for a broken primary key, INTERNAL for the rest.
absl::Status SqliteError(sqlite3* db, const std::string& path);

// Runs one or more statements that give no rows.
absl::Status SqliteExec(sqlite3* db, const std::string& path, const char* sql);

class SqliteStatement {
 public:
  static absl::StatusOr<SqliteStatement> Prepare(sqlite3* db, const std::string& path,
                                                 const char* sql);
  ~SqliteStatement();
  SqliteStatement(SqliteStatement&& other) noexcept;
  SqliteStatement& operator=(SqliteStatement&&) = delete;

  // Parameters from 1 on, in the order of the calls; Reset() starts again at 1.
  void Bind(int64_t value);
  void Bind(double value);
  void Bind(const std::optional<double>& value);  // nullopt: NULL
  void Bind(std::string_view text);
  void BindBlob(std::string_view bytes);
  void BindNull();

  // True when there is a row, false when the statement is done.
  absl::StatusOr<bool> Step();
  // Step for a statement that gives no row, then Reset.
  absl::Status Run();
  void Reset();

  // Columns of the current row, from left to right; Step() starts again at the first.
  int64_t TakeInt();
  double TakeDouble();
  std::optional<int64_t> TakeOptionalInt();
  std::optional<double> TakeOptionalDouble();
  std::string_view TakeText();  // text or blob; "" for NULL; valid until the next Step or Reset

 private:
  SqliteStatement(sqlite3* db, const std::string& path, sqlite3_stmt* statement);

  sqlite3* db_;
  std::string path_;
  sqlite3_stmt* statement_;
  int parameter_ = 0;
  int column_ = 0;
};

}  // namespace monsoon
