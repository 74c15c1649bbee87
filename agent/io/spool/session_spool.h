// SessionSpool: what one session has written to disk, while it lives. The folder is made with the
// first entry; its lock says to other agents on this machine that somebody writes here.
//
//   index            whose it is, the CaseDone of each case, what was acknowledged
//   batches-000001   batches, oldest first, cut into files that go when all of theirs are
//                    acknowledged
//
// Read() is thread-safe; the rest belongs to whoever owns the object, under its lock. What cannot
// be written changes nothing: the entry is not there, and the next may be tried.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "agent/core/spool/record_backlog.h"
#include "agent/core/spool/segment.h"
#include "agent/io/http/unique_fd.h"

namespace monsoon {

class SessionSpool {
 public:
  // Asked before a new file of `segment_bytes` is begun: whether there is room for it.
  using RoomHook = std::function<absl::Status(int64_t segment_bytes)>;

  // `folder` empty: this agent has no place for spools, and says so to whoever writes.
  SessionSpool(std::string folder, const SpoolSession& session, int64_t segment_bytes,
               RoomHook make_room);

  absl::StatusOr<SpoolPlace> AppendBatch(uint64_t sequence, std::string_view bytes);
  absl::Status AppendCaseDone(uint64_t last_sequence, std::string_view bytes);
  // Deletes the files that hold nothing younger; the index remembers it.
  void Acknowledge(uint64_t sequence);
  // Only the index remembers it: for what was acknowledged before it came here.
  absl::Status NoteAcknowledged(uint64_t sequence);
  // Everything that was written, to the disk.
  absl::Status Sync();
  // Nothing more will be written or acknowledged: leaves it to be collected.
  void Release();
  // Deletes all of it.
  void Remove();

  absl::StatusOr<std::string> Read(const SpoolPlace& place) const;

 private:
  struct File {
    uint32_t number = 0;
    uint64_t last_sequence = 0;
    int64_t size = 0;
  };

  absl::Status Begin();
  absl::Status BeginFile();
  absl::Status Append(UniqueFd& fd, int64_t& size, const std::string& path,
                      const std::string& bytes);
  std::string PathOf(uint32_t number) const;
  std::string IndexPath() const { return folder_ + "/index"; }

  const std::string folder_;
  const std::string first_bytes_;  // of every file
  const int64_t segment_bytes_;
  const RoomHook make_room_;
  UniqueFd lock_;
  UniqueFd index_;
  int64_t index_size_ = 0;
  uint64_t noted_ = 0;      // acknowledged, says the index
  UniqueFd file_;           // the youngest of files_, open
  std::deque<File> files_;  // oldest first
  uint32_t next_number_ = 1;
};

}  // namespace monsoon
