// WorkSource: the plan of one case, request by request.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

#include "common/model/item.h"
#include "common/model/request_record.h"

namespace monsoon {

struct PlannedRequest {
  ItemId item_id;
  Item item;
  bool warmup = false;
};

class WorkSource {
 public:
  virtual ~WorkSource() = default;
  // Warm-up and measured requests together.
  virtual uint64_t total() const = 0;
  // The request at `index` < total(): the same answer every time.
  virtual absl::StatusOr<PlannedRequest> Get(uint64_t index) = 0;
  // Open loop: when that request is due, ns since the case's start, never falling; kNever in a
  // closed loop.
  virtual int64_t DueNs(uint64_t index) = 0;
};

}  // namespace monsoon
