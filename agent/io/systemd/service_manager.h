// ServiceManager: what systemd is told of this program (sd_notify(3)): READY, STATUS, WATCHDOG,
// STOPPING. Without systemd (no NOTIFY_SOCKET) nothing happens, and no thread is started.
//
// A thread of its own tells the status when it has changed, and pets the watchdog as long as
// `alive` says so: a program that hangs is not petted, and systemd ends it after WatchdogSec=.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace monsoon {

struct ServiceManagerHooks {
  std::function<std::string()> status;  // one line
  // Whether the service does its work; nothing that it does may be older than this. May block for
  // good where the service hangs: then the watchdog is not petted either.
  std::function<bool(int64_t max_age_ns)> alive;
};

class ServiceManager {
 public:
  // Both hooks are called by the thread, and by nobody after the destructor.
  explicit ServiceManager(ServiceManagerHooks hooks);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  // The service listens.
  void Ready();
  // It is being stopped, and may take so long that systemd should wait until then.
  void Stopping(int64_t within_ns);

 private:
  void Run();

  const ServiceManagerHooks hooks_;
  const bool present_;
  const int64_t watchdog_ns_;  // systemd's patience; 0: none is set
  std::string told_;           // the thread's
  absl::Mutex mutex_;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace monsoon
