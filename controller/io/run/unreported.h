// Rows for the requests of a case of which no record came: lost, or never sent.
//
// Blocking; the database's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "common/model/request_record.h"
#include "controller/core/dataset/request_plan.h"
#include "controller/core/load/arrival_schedule.h"
#include "controller/core/run/index_range.h"
#include "controller/io/store/run_db.h"

namespace monsoon {

struct UnreportedCase {
  int32_t case_index = 0;
  RequestPlan plan;
  std::optional<ArrivalSchedule> schedule;  // of an open loop
  std::string request_id_prefix;
  bool started = false;  // otherwise nothing was ever due
  int64_t start_ns = 0;  // on the run's common time line
};

// `agent`: that had been handed them; "": none. A request that has a row keeps it.
absl::Status WriteUnreported(const UnreportedCase& where, const std::string& agent,
                             RequestStatus status, const IndexRanges& ranges, RunDb& db);

}  // namespace monsoon
