// SignalWatcher: counts SIGINT and SIGTERM. The first asks for a drain, the second for a stop; at
// the third the process ends at once.
//
// Block(), before any thread exists, so that every thread inherits the mask; then one watcher.
#pragma once

#include <atomic>
#include <thread>

namespace monsoon {

class SignalWatcher {
 public:
  static void Block();

  SignalWatcher();
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  // Thread-safe.
  int count() const { return count_.load(std::memory_order_acquire); }

 private:
  std::atomic<int> count_{0};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace monsoon
