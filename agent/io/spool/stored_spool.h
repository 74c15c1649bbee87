// StoredSpool: the spool of a session that is over, also of an agent process that is gone, opened
// to be collected. Holds the folder's lock, so that nobody else collects or deletes it meanwhile.
//
// One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "agent/core/spool/segment.h"
#include "agent/io/http/unique_fd.h"

namespace monsoon {

class StoredSpool {
 public:
  // Whose spool a folder is; NOT_FOUND when it cannot be told.
  static absl::StatusOr<SpoolSession> Identify(const std::string& folder);
  // UNAVAILABLE while somebody writes or collects it.
  static absl::StatusOr<StoredSpool> Open(const std::string& folder);

  const SpoolSession& session() const { return session_; }
  uint64_t acknowledged() const { return acknowledged_; }
  uint64_t last_sequence() const { return last_sequence_; }  // 0: there was no batch

  // Hands out every batch and every CaseDone in order, until `take` says false: CANCELLED. Another
  // error: a file could not be read, so this is not all, and must not be deleted for it.
  absl::Status ForEach(
      const std::function<bool(EntryKind kind, std::string_view payload)>& take) const;
  // Deletes it.
  void Remove();

 private:
  StoredSpool(std::string folder, UniqueFd lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}
  absl::Status Load();

  std::string folder_;
  UniqueFd lock_;
  SpoolSession session_;
  uint64_t acknowledged_ = 0;
  uint64_t last_sequence_ = 0;
};

}  // namespace monsoon
