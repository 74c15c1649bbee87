// RecordBatcher: numbers finished records in batches. What becomes of a batch until the controller
// has acknowledged it is RecordBacklog's (agent/core/spool/record_backlog.h).
//
// Pure and not thread-safe; the record outlet guards it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/model/request_record.h"

namespace monsoon {

struct SequencedBatch {
  uint64_t sequence = 0;  // 1, 2, ... over the run
  int32_t case_index = 0;
  int64_t size_bytes = 0;  // estimate
  std::vector<RequestRecord> records;
};

class RecordBatcher {
 public:
  // A batch is closed when it holds about `batch_bytes`, or on Flush().
  explicit RecordBatcher(int64_t batch_bytes) : batch_bytes_(batch_bytes) {}

  // Returns the batch that this record filled, if it did.
  std::optional<SequencedBatch> Add(int32_t case_index, RequestRecord record);
  // Closes the open batch; nullopt when it is empty.
  std::optional<SequencedBatch> Flush();

  uint64_t last_sequence() const { return next_sequence_ - 1; }  // 0: none yet

 private:
  const int64_t batch_bytes_;
  uint64_t next_sequence_ = 1;
  SequencedBatch open_;
};

}  // namespace monsoon
