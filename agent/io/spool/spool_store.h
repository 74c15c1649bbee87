// SpoolStore: the folder in which an agent keeps spools, one folder in it for each session. Several
// agents of one machine may share it: a spool that somebody writes or collects is locked. What else
// lies there is left alone.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

#include "agent/core/spool/retention.h"
#include "agent/io/spool/session_spool.h"
#include "agent/io/spool/stored_spool.h"
#include "common/time/clock.h"

namespace monsoon {

class SpoolStore {
 public:
  struct Limits {
    int64_t max_bytes = int64_t{1} << 30;  // of all spools together
    int64_t max_age_ns = 24 * 3600 * kNsPerS;
  };
  // Hears of every spool that is deleted though nobody collected it, and why; any thread.
  using Tell = std::function<void(const SpoolFacts& spool, const std::string& reason)>;

  // What is left of a run.
  struct Found {
    std::vector<StoredSpool> spools;
    bool in_use = false;  // more is, which somebody else writes or collects
  };

  // `root` empty: there is no place for spools. `clock` outlives the store.
  SpoolStore(
      std::string root, Limits limits, const Clock* clock,
      Tell tell = [](const SpoolFacts&, const std::string&) {});

  // Nothing is on disk before something is written to it. The store outlives it.
  std::unique_ptr<SessionSpool> Make(const SpoolSession& session);
  Found Find(const std::string& run_id);
  // Deletes what has been kept for long enough.
  void Expire();

 private:
  absl::Status MakeRoom(int64_t bytes);
  std::vector<SpoolFacts> List() const;
  // Those of `spools` that have these names.
  void Remove(const std::vector<SpoolFacts>& spools, const std::vector<std::string>& names,
              const std::string& reason);

  const std::string root_;
  const Limits limits_;
  const Clock& clock_;
  const Tell tell_;
  absl::Mutex mutex_;  // one cleans up at a time
};

}  // namespace monsoon
