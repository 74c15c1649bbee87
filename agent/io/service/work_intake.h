// WorkIntake: the way of work into an agent: it keeps the items that the controller sends and makes
// ready-to-send requests of the work entries that name them, so that the load threads need not
// build anything.
//
// Belongs to the thread that reads the Data stream.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "agent/core/session/item_cache.h"
#include "agent/io/http/case_runner.h"
#include "monsoon/v1/agent.pb.h"

namespace monsoon {

class WorkIntake {
 public:
  WorkIntake(std::string run_id, int64_t item_cache_bytes)
      : run_id_(std::move(run_id)), items_(item_cache_bytes) {}

  // INVALID_ARGUMENT for a damaged item, RESOURCE_EXHAUSTED when they do not fit.
  absl::Status Add(const v1::Items& items);
  absl::Status Drop(const v1::DropItems& drop);
  // Queues a request for every entry. FAILED_PRECONDITION when an entry names an item that is not
  // here.
  absl::Status Queue(const v1::Work& work, CaseRunner& runner) const;

 private:
  absl::StatusOr<std::unique_ptr<PreparedRequest>> Prepare(const v1::WorkEntry& entry,
                                                           const CaseRunner& runner) const;

  const std::string run_id_;
  ItemCache items_;
};

}  // namespace monsoon
