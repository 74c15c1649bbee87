// TlsStore: the agent's certificate, key and authority, kept fresh while it runs: certificates are
// replaced every few weeks or hours, and a run must not end for that. A thread looks at the files
// once a second; new ones are taken when all three are there, fit together and are valid, and until
// then the old ones stay. What was taken or refused is told once.
//
// Thread-safe. Connections that are open keep what they were made with.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "common/time/clock.h"
#include "common/tls/tls_files.h"

namespace monsoon {

class TlsStore {
 public:
  // A sentence for the operator.
  using Tell = std::function<void(const std::string& sentence)>;

  struct Version {
    uint64_t number = 0;  // 1, 2, ...
    std::shared_ptr<const TlsMaterial> material;
  };

  // Reads the files once, and then looks at them every `period`. FAILED_PRECONDITION as
  // ReadTlsFiles(). `clock` outlives the store; `tell` is called by its thread.
  static absl::StatusOr<std::unique_ptr<TlsStore>> Open(const TlsFiles& files, const Clock* clock,
                                                        Tell tell,
                                                        absl::Duration period = absl::Seconds(1));
  ~TlsStore();
  TlsStore(const TlsStore&) = delete;
  TlsStore& operator=(const TlsStore&) = delete;

  Version current() const;

 private:
  TlsStore(const TlsFiles& files, const Clock* clock, Tell tell, TlsMaterial material);
  void Watch(absl::Duration period);
  void LookOnce();

  const TlsFiles files_;
  const Clock& clock_;
  const Tell tell_;
  std::string last_refusal_;  // watching thread only

  mutable absl::Mutex mutex_;
  Version current_ ABSL_GUARDED_BY(mutex_);
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread watcher_;
};

}  // namespace monsoon
