// RecordOutlet: the way of finished records to the controller: numbered batches, sent over
// whichever Data stream is attached, kept until the controller has acknowledged them.
//
// Thread-safe. No method waits for the network: batches go into a queue that the stream's writer
// empties.
#pragma once

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

#include "agent/core/session/record_batcher.h"
#include "common/concurrency/blocking_queue.h"
#include "common/model/request_record.h"
#include "monsoon/v1/agent.pb.h"

namespace monsoon {

using DataOutbox = BlockingQueue<v1::DataResponse>;

class RecordOutlet {
 public:
  RecordOutlet();

  // From now on batches go to `out`, which lives until Detach(); first Attached, then again what an
  // earlier stream may not have delivered. FAILED_PRECONDITION when a stream is attached already.
  absl::Status Attach(DataOutbox* out);
  void Detach();

  void Add(int32_t case_index, RequestRecord record);
  // Sends what is there, however little.
  void Flush();
  void Acknowledge(uint64_t sequence);

  uint64_t last_sequence() const;
  int64_t unacknowledged_bytes() const;

 private:
  void Send(const std::shared_ptr<const SequencedBatch>& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  RecordBatcher batcher_ ABSL_GUARDED_BY(mutex_);
  DataOutbox* out_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace monsoon
