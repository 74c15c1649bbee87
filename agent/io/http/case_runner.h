// CaseRunner: the load threads of one case on this agent, from Prepare to the last record.
//
// Used by the session's control path only (its methods may be called from the Control and the Data
// thread as marked); the load threads themselves never see it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "agent/core/engine/engine_adapter.h"
#include "agent/core/engine/redact.h"
#include "agent/core/load/case_control.h"
#include "agent/core/load/load_threads.h"
#include "agent/core/load/loop_stats.h"
#include "agent/core/load/prepared_request.h"
#include "agent/core/load/queued_bytes.h"
#include "agent/core/net/address_policy.h"
#include "agent/io/http/load_loop.h"
#include "agent/io/http/resolve.h"

namespace monsoon {

class CaseRunner {
 public:
  // Totals over all load threads.
  struct Counters {
    uint64_t started = 0;
    uint64_t finished = 0;
    uint64_t queued = 0;
    uint64_t token_events = 0;
    int64_t starved_slot_ns = 0;
    uint64_t connections = 0;  // open ones
    int64_t lag_max_ns = 0;
    double busy_share_max = 0;
  };

  // Resolves the engine, checks the policy and the limits, builds the loops and starts their
  // threads, which open their connections and then wait for StartAt(). Returns when the connections
  // are open, or the engine refused, or 5 s have passed: a request never waits for that, it opens
  // what it lacks. INVALID_ARGUMENT, FAILED_PRECONDITION, RESOURCE_EXHAUSTED, NOT_FOUND or
  // PERMISSION_DENIED with a sentence for the user when this agent cannot carry the case.
  // `policy` and `clock` outlive the runner.
  static absl::StatusOr<std::unique_ptr<CaseRunner>> Create(AgentCase agent_case,
                                                            const LoadThreads& threads,
                                                            int64_t max_queued_work,
                                                            const AddressPolicy* policy,
                                                            const Clock* clock);
  // Cancels what is in flight and joins the threads.
  ~CaseRunner();
  CaseRunner(const CaseRunner&) = delete;
  CaseRunner& operator=(const CaseRunner&) = delete;

  const AgentCase& agent_case() const { return agent_case_; }  // as it was prepared
  const EngineAdapter& adapter() const { return *adapter_; }
  std::string engine_address() const { return target_.Display(); }

  // Data thread. RESOURCE_EXHAUSTED when more is queued than Limits.max_queued_work allows, or more
  // than 4 GiB.
  absl::Status AddWork(std::unique_ptr<PreparedRequest> request);
  // Data thread, after a run of AddWork.
  void WorkAdded();

  // Any thread.
  void StartAt(int64_t monotonic_ns);
  void RenewLease(int64_t now_ns, int64_t until_ns) { control_.RenewLease(now_ns, until_ns); }
  // Ends the case when its lease has run out, also one that has not been started yet.
  void CheckLease(int64_t now_ns);
  // From now on so many requests may be in flight; `rate_per_s` is the share of the arrivals (0 in
  // a closed loop). INVALID_ARGUMENT when that is less than before, RESOURCE_EXHAUSTED when so many
  // files may not be open.
  absl::Status Resize(int64_t concurrency, double rate_per_s);
  int64_t concurrency() const { return concurrency_.load(std::memory_order_relaxed); }
  void NoMoreWork();
  bool no_more_work() const { return control_.no_more_work(); }
  void Stop(LoadMode mode);
  LoadMode mode() const { return control_.mode(); }
  int64_t start_ns() const { return control_.start_ns(); }
  // Up to `count` requests that no slot has taken; they will not be sent.
  std::vector<std::unique_ptr<PreparedRequest>> TakeBack(uint64_t count);
  Counters counters() const;
  // All load threads have returned: nothing is in flight and nothing will be sent.
  bool ended() const { return running_threads_.load(std::memory_order_acquire) == 0; }

  // One thread: passes on every record that is finished by now, the case's secrets taken out of
  // what the engine said. The argument may be moved from.
  void DrainRecords(const std::function<void(RequestRecord&)>& take);

  // After ended(): joins the threads and adds up what the loops measured of themselves.
  LoopFacts JoinAndCollect();

 private:
  CaseRunner(AgentCase agent_case, int64_t max_queued_work);
  absl::Status Init(const LoadThreads& threads, const AddressPolicy* policy, const Clock* clock);
  void StartThreads();
  void AwaitReady();
  void WakeAll();

  // What of `slots` the loop numbered `index` carries, and how many spare connections it may have.
  LoopShare ShareOf(size_t index, int64_t slots, double rate_per_s) const;

  const AgentCase agent_case_;
  const Redactor redactor_;
  std::unique_ptr<EngineAdapter> adapter_;
  std::optional<RequestHead> head_;
  ResolvedEndpoint target_;
  CaseControl control_;
  WorkQueue work_;
  QueuedBytes queued_bytes_;  // Data thread only
  std::vector<std::unique_ptr<LoadLoop>> loops_;
  std::vector<std::thread> threads_;
  std::atomic<int> running_threads_{0};
  std::atomic<int64_t> concurrency_;
  int64_t loop_count_ = 1;
  absl::Mutex mutex_;
  int ready_threads_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace monsoon
