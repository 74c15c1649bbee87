// The statements that a writing RunDb keeps prepared. For the files of RunDb only.
#pragma once

#include "controller/io/store/run_db.h"
#include "controller/io/store/sqlite_statement.h"

namespace monsoon {

struct RunDb::Statements {
  SqliteStatement insert_batch;
  SqliteStatement insert_request;
  SqliteStatement insert_answer;
  SqliteStatement remove_outdone;
};

}  // namespace monsoon
