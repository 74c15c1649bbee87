// RecordBatcher: numbers finished records in batches and keeps every batch until the controller has
// acknowledged that its database holds it.
//
// Pure and not thread-safe; the session guards it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
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

  // Returns the batch that this record filled, else nullptr.
  std::shared_ptr<const SequencedBatch> Add(int32_t case_index, RequestRecord record);
  // Closes the open batch; nullptr when it is empty.
  std::shared_ptr<const SequencedBatch> Flush();
  // Everything up to and including `sequence` is safe. Unknown and older numbers change nothing.
  void Acknowledge(uint64_t sequence);

  uint64_t last_sequence() const { return next_sequence_ - 1; }  // 0: none yet
  // Oldest first; what must be sent again after a reconnect.
  const std::deque<std::shared_ptr<const SequencedBatch>>& unacknowledged() const {
    return unacknowledged_;
  }
  int64_t unacknowledged_bytes() const { return unacknowledged_bytes_; }

 private:
  const int64_t batch_bytes_;
  uint64_t next_sequence_ = 1;
  SequencedBatch open_;
  std::deque<std::shared_ptr<const SequencedBatch>> unacknowledged_;
  int64_t unacknowledged_bytes_ = 0;
};

}  // namespace monsoon
