// The schema of run.db: the text that creates it, comments and all, so that `.schema` in the
// sqlite3 shell documents every column, and the numbers that recognise it.
//
// Constant; any thread.
#pragma once

#include <cstdint>

namespace monsoon {

// In the file's header (PRAGMA application_id): "MNSN".
inline constexpr int32_t kApplicationId = 0x4d4e534e;
// In table schema_version. A reader refuses any other. Raise it when a table or a column's meaning
// changes.
inline constexpr int kSchemaVersion = 4;

// Creates every table; to be run once, in an empty database, inside a transaction.
extern const char kSchemaSql[];

}  // namespace monsoon
