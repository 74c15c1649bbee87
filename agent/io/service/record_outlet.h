// RecordOutlet: the way of finished records to the controller: numbered batches, kept until the
// controller has acknowledged them, sent over whichever Data stream is attached. Beyond a limit of
// memory the oldest go to the session's spool, and are read back when their turn comes; at the end
// of a lease everything does, with what ended each case.
//
// Thread-safe. The writer of a Data stream takes one batch after another (Next), so a controller
// that is slow to read makes nothing pile up in between. Writing to disk holds up who adds records,
// which is never a load thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "agent/core/session/record_batcher.h"
#include "agent/core/spool/record_backlog.h"
#include "agent/io/spool/session_spool.h"
#include "common/model/request_record.h"
#include "monsoon/v1/agent.pb.h"

namespace monsoon {

class RecordOutlet {
 public:
  RecordOutlet(int64_t memory_bytes, std::unique_ptr<SessionSpool> spool);

  // A new stream, which gets everything that is not acknowledged; the one before gets nothing more.
  // Returns what its writer shows to Next().
  uint64_t Attach();
  // Ends the writer's waiting; a stream that another has replaced changes nothing.
  void Detach(uint64_t pass);
  // Waits for the next batch; nullopt when the stream is detached. An error: a batch cannot be read
  // back from the spool.
  absl::StatusOr<std::optional<v1::DataResponse>> Next(uint64_t pass);

  void Add(int32_t case_index, RequestRecord record);
  // Closes the batch, however small.
  void Flush();
  // Flushes, and fills in done's last_sequence; a copy of it is kept for the spool.
  void EndCase(v1::CaseDone* done);
  // False for a batch that there never was: whoever acknowledges it is confused, and nothing is
  // thrown away.
  bool Acknowledge(uint64_t sequence);

  // Why there is no room for more records, in memory or on disk; "": there is.
  std::string trouble() const;
  // Puts everything that is in memory to disk, and makes sure that it is there.
  absl::Status SpillAll();
  // The session is over. What was acknowledged leaves nothing behind; with `in_good_order` (the
  // controller has all it wants) neither do the ends of cases.
  absl::Status Conclude(bool in_good_order);

  bool delivered() const;  // everything was acknowledged
  // What was not acknowledged.
  struct Waiting {
    int64_t bytes = 0;
    int64_t spilled_bytes = 0;  // of these, on disk
  };
  Waiting waiting() const;
  // Waits until it is, or the stream that acknowledges is gone.
  void AwaitDelivered(absl::Duration patience) const;

 private:
  // The end of a case, for the spool.
  struct CaseEnd {
    uint64_t last_sequence = 0;
    std::string bytes;
  };

  void Keep(const std::optional<SequencedBatch>& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Moves the oldest batches to disk until at most so many bytes are in memory.
  absl::Status SpillTo(int64_t memory_bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SpillAllLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int64_t memory_bytes_;
  const std::unique_ptr<SessionSpool> spool_;  // writing is guarded by mutex_

  mutable absl::Mutex mutex_;
  RecordBatcher batcher_ ABSL_GUARDED_BY(mutex_);
  RecordBacklog backlog_ ABSL_GUARDED_BY(mutex_);
  std::vector<CaseEnd> case_ends_ ABSL_GUARDED_BY(mutex_);
  size_t case_ends_spilled_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string trouble_ ABSL_GUARDED_BY(mutex_);
  uint64_t passes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t pass_ ABSL_GUARDED_BY(mutex_) = 0;  // of the stream that is attached; 0: none
};

}  // namespace monsoon
