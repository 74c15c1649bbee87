// RequestRecord to a row of table requests and back.
//
// Used by RunDb alone, on its thread. The two functions and kInsertRequestSql / kSelectRequestsSql
// name the columns in one order.
#pragma once

#include <cstdint>
#include <string>

#include "common/model/request_record.h"
#include "controller/io/store/run_db.h"
#include "controller/io/store/sqlite_statement.h"

namespace monsoon {

extern const char kInsertRequestSql[];
// Parameter 1: case_id. In the order of request_index.
extern const char kSelectRequestsSql[];

// Binds every parameter. The strings and the record must live until the statement is reset.
// `reported`: the record is the agent's own.
void BindRequest(int32_t case_index, const std::string& request_id, const std::string& agent,
                 bool reported, int64_t shift_ns, const RequestRecord& record,
                 SqliteStatement& statement);

// The current row of kSelectRequestsSql into `row`, whose strings are reused. DATA_LOSS when a name
// in it is unknown.
absl::Status TakeRequest(SqliteStatement& statement, StoredRequest& row);

}  // namespace monsoon
