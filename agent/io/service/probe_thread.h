// ProbeThread: carries out the probes of a run (agent/io/http/probe.h) one after the other on a
// thread of its own, so that the thread that reads Control never waits for an engine.
//
// Thread-safe, but for the destructor.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

#include "agent/core/net/address_policy.h"
#include "common/model/probe.h"
#include "common/time/clock.h"

namespace monsoon {

class ProbeThread {
 public:
  // `tell` gets each result, on the probe's thread. All outlive this object.
  ProbeThread(const AddressPolicy* policy, const Clock* clock,
              std::function<void(const ProbeResult&)> tell)
      : policy_(*policy), clock_(*clock), tell_(std::move(tell)) {}
  // Breaks a probe off.
  ~ProbeThread();
  ProbeThread(const ProbeThread&) = delete;
  ProbeThread& operator=(const ProbeThread&) = delete;

  // FAILED_PRECONDITION while another one is going on, CANCELLED after Close().
  absl::Status Start(ProbeOrder order);
  bool running() const { return running_.load(std::memory_order_acquire); }
  // Breaks off the one that is going on, if one is.
  void BreakOff() { cancelled_.store(true, std::memory_order_release); }
  // For good: none is begun any more. Returns when none is going on.
  void Close();

 private:
  const AddressPolicy& policy_;
  const Clock& clock_;
  const std::function<void(const ProbeResult&)> tell_;
  std::atomic<bool> running_{false};
  std::atomic<bool> cancelled_{false};
  absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace monsoon
