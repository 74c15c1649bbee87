// RecordOutlet: the way of finished records to the controller: numbered batches, kept until the
// controller has acknowledged them, sent over whichever Data stream is attached.
//
// Thread-safe. The writer of a Data stream takes one batch after another (Next), so a controller
// that is slow to read makes nothing pile up in between.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "agent/core/session/record_batcher.h"
#include "agent/core/spool/record_backlog.h"
#include "common/model/request_record.h"
#include "monsoon/v1/agent.pb.h"

namespace monsoon {

class RecordOutlet {
 public:
  RecordOutlet();

  // A new stream, which gets everything that is not acknowledged; the one before gets nothing more.
  // Returns what its writer shows to Next().
  uint64_t Attach();
  // Ends the writer's waiting; a stream that another has replaced changes nothing.
  void Detach(uint64_t pass);
  // Waits for the next batch; nullopt when the stream is detached.
  std::optional<v1::DataResponse> Next(uint64_t pass);

  void Add(int32_t case_index, RequestRecord record);
  // Closes the batch, however small.
  void Flush();
  void Acknowledge(uint64_t sequence);

  uint64_t last_sequence() const;
  int64_t unacknowledged_bytes() const;

 private:
  void Keep(const std::optional<SequencedBatch>& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  RecordBatcher batcher_ ABSL_GUARDED_BY(mutex_);
  RecordBacklog backlog_ ABSL_GUARDED_BY(mutex_);
  uint64_t passes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t pass_ ABSL_GUARDED_BY(mutex_) = 0;  // of the stream that is attached; 0: none
};

}  // namespace monsoon
