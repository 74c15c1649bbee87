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
  std::string request_id;  // value of x-request-id
  std::string body;
};

// One producer (the Data stream's thread); consumers are the load threads, and the control thread
// when it recalls work.
using WorkQueue = BoundedQueue<std::unique_ptr<PreparedRequest>>;

// Finished records of one load thread, for the record collector.
using RecordQueue = BoundedQueue<RequestRecord>;

}  // namespace monsoon
