// PreparedRequest: one request with its body already built, on its way from the control path to a
// load thread through the work queue.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/concurrency/bounded_queue.h"
#include "common/model/request_record.h"

namespace monsoon {

struct PreparedRequest {
  uint64_t request_index = 0;
  Phase phase = Phase::kMeasure;
  int64_t intended_ns = kNever;  // since the case's start; kNever in a closed loop
  std::string request_id;        // value of x-request-id
  std::string body;
};

// The record of a request that will not be sent; `flags` besides those of its kind.
inline RequestRecord NotSentRecord(const PreparedRequest& request, uint32_t flags = 0) {
  RequestRecord record;
  record.request_index = request.request_index;
  record.phase = request.phase;
  record.status = RequestStatus::kNotSent;
  record.intended_ns = request.intended_ns;
  record.flags = flags;
  if (request.intended_ns != kNever) record.flags |= kFlagScheduled;
  return record;
}

// One producer (the Data stream's thread); consumers are the load threads, and the control thread
// when it recalls work.
using WorkQueue = BoundedQueue<std::unique_ptr<PreparedRequest>>;

// Finished records of one load thread, for the record collector.
using RecordQueue = BoundedQueue<RequestRecord>;

}  // namespace monsoon
