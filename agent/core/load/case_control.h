// CaseControl: the few words through which the control path steers the load threads of one case.
//
// Thread-safe; the control path writes, the load threads read at each turn of their loop.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace monsoon {

enum class LoadMode : uint8_t {
  kRun = 0,  // send work as slots become free
  kDrain,    // send nothing more; let what is in flight finish
  kCancel,   // send nothing more and break off what is in flight
};

class CaseControl {
 public:
  static constexpr int64_t kNotStarted = std::numeric_limits<int64_t>::max();
  static constexpr int64_t kNoLease = std::numeric_limits<int64_t>::max();

  // The common start, on this machine's monotonic clock; nothing is sent before it.
  void StartAt(int64_t monotonic_ns) { start_ns_.store(monotonic_ns, std::memory_order_release); }
  int64_t start_ns() const { return start_ns_.load(std::memory_order_acquire); }

  // Nothing may be sent after `until_ns`, or after the latest such moment that was heard (design
  // section 6). A lease that has run out is not renewed: what is heard then may have waited in a
  // socket while this process was stopped, and the work may be somebody else's by now.
  void RenewLease(int64_t now_ns, int64_t until_ns) {
    if (!CheckLease(now_ns)) return;
    int64_t seen = lease_until_ns_.load(std::memory_order_relaxed);
    while ((seen == kNoLease || seen < until_ns) &&
           !lease_until_ns_.compare_exchange_weak(seen, until_ns, std::memory_order_release)) {
    }
  }
  // False once the lease has run out; then the mode is kCancel for good. Called in the send path
  // itself, so that a process that was stopped and continued sends nothing more.
  bool CheckLease(int64_t now_ns) {
    if (now_ns <= lease_until_ns_.load(std::memory_order_acquire)) return true;
    SetMode(LoadMode::kCancel);
    return false;
  }

  // Only ever becomes stricter.
  void SetMode(LoadMode mode) {
    LoadMode seen = mode_.load(std::memory_order_relaxed);
    while (seen < mode && !mode_.compare_exchange_weak(seen, mode, std::memory_order_release)) {
    }
  }
  LoadMode mode() const { return mode_.load(std::memory_order_acquire); }

  // No more work will be queued: a thread that finds nothing to send and has nothing in flight
  // ends.
  void NoMoreWork() { no_more_work_.store(true, std::memory_order_release); }
  bool no_more_work() const { return no_more_work_.load(std::memory_order_acquire); }

 private:
  std::atomic<int64_t> start_ns_{kNotStarted};
  std::atomic<int64_t> lease_until_ns_{kNoLease};
  std::atomic<LoadMode> mode_{LoadMode::kRun};
  std::atomic<bool> no_more_work_{false};
};

}  // namespace monsoon
