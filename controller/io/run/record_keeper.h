// RecordKeeper: puts the agents' records of a run into its database, each batch into its own case,
// also of a case that is over. The run's thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"

#include "controller/core/run/agent_link.h"
#include "controller/io/store/run_db.h"

namespace monsoon {

class RecordKeeper {
 public:
  // `db` outlives the keeper.
  RecordKeeper(RunDb* db, std::string run_id) : db_(*db), run_id_(std::move(run_id)) {}

  // Where the case's start is on the run's common time line; 0 until it is told.
  void Place(int32_t case_index, int64_t start_ns) { starts_[case_index] = start_ns; }
  int64_t StartOf(int32_t case_index) const {
    const auto start = starts_.find(case_index);
    return start == starts_.end() ? 0 : start->second;
  }
  std::string RequestIdPrefix(int32_t case_index) const;

  // Committed when it returns OK: then the batch may be acknowledged. `collected`: it comes out of
  // the agent's spool.
  absl::Status Keep(const AgentInfo& agent, const RecordsEvent& batch, bool collected = false);

 private:
  RunDb& db_;
  const std::string run_id_;
  std::map<int32_t, int64_t> starts_;
};

}  // namespace monsoon
