// LoadLoop: one load thread: an event loop over its own connections that keeps its slots busy with
// work from the queue, in a closed loop, or in an open loop sends each request when it is due. Then
// a thread holds the next request of the queue until its moment; the threads of an agent take them
// in order, so whichever is free serves the next.
//
// The object is made on the control path; Run() is the body of a thread of its own. While it runs,
// the other threads may only use the members marked thread-safe. Between Run() and them there are
// the work queue, the record queue and atomics: no lock but for a case that grows. In steady state
// Run() neither allocates per event nor makes system calls other than epoll_wait and one recv for
// each socket that is ready.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "agent/core/load/case_control.h"
#include "agent/core/load/clock_watch.h"
#include "agent/core/load/lag_meter.h"
#include "agent/core/load/loop_stats.h"
#include "agent/core/load/open_loop_gate.h"
#include "agent/core/load/prepared_request.h"
#include "agent/io/http/connection_pool.h"
#include "agent/io/http/exchange.h"
#include "agent/io/http/poller.h"
#include "agent/io/http/resolve.h"
#include "agent/io/http/run_delay.h"

namespace monsoon {

// What one load thread carries of a case.
struct LoopShare {
  int64_t slots = 0;      // requests it keeps in flight; open loop: the most it may have
  int64_t spares = 0;     // connections beyond those, at most
  double rate_per_s = 0;  // open loop: arrivals; 0 in a closed loop
};

// All pointers outlive the loop.
struct LoadLoopOptions {
  const AgentCase* agent_case = nullptr;
  const EngineAdapter* adapter = nullptr;
  const RequestHead* head = nullptr;
  const AddressPolicy* policy = nullptr;
  const ResolvedEndpoint* target = nullptr;
  const Clock* clock = nullptr;
  CaseControl* control = nullptr;
  WorkQueue* work = nullptr;
  LoopShare share;
  int64_t spin_ns = 0;  // LoadThreads
  int core = -1;        // the thread stays on this one; -1: where the kernel puts it
  // Called once by Run(), when the connections are open that can be opened ahead of the start.
  std::function<void()> on_ready;
};

class LoadLoop {
 public:
  // INTERNAL when a descriptor or a libcurl handle cannot be had.
  static absl::StatusOr<std::unique_ptr<LoadLoop>> Create(const LoadLoopOptions& options);
  ~LoadLoop();
  LoadLoop(const LoadLoop&) = delete;
  LoadLoop& operator=(const LoadLoop&) = delete;

  // Opens connections, sends from the start until the work has ended (CaseControl), then returns.
  void Run();

  // Thread-safe: new work, or a new word in CaseControl. WakeIfHungry does nothing (and costs no
  // system call) unless a slot of this loop found the queue empty.
  void Wake() { poller_.Wake(); }
  void WakeIfHungry();
  // From now on, or from the start on, it carries so much, which is no less than before. Takes
  // effect at the loop's next turn.
  void Grow(const LoopShare& share);
  const LoopCounters& counters() const { return counters_; }
  // Thread-safe for one consumer.
  RecordQueue& records() { return records_; }

  // After Run() has returned and its thread was joined.
  const LoopFacts& facts() const { return facts_; }
  std::deque<RequestRecord>& overflow() { return overflow_; }

 private:
  // A slot without a request.
  struct FreeSlot {
    Exchange* exchange = nullptr;
    int64_t since_ns = 0;
    bool starved = false;  // it found the queue empty
    bool fresh = false;    // it never had a request
  };

  LoadLoop(const LoadLoopOptions& options, Poller poller);
  absl::Status Init();

  void Enter();
  void WaitForStart();
  void ReportReadyOnce();
  void Turn();
  Poller::Ready Look();
  void ServeSockets(std::span<const epoll_event> sockets);
  void Reap();
  void AddSlot();
  void TakeUpGrowth();
  void PushRecord(RequestRecord& record);
  void Dispatch();
  bool TakeWork(std::unique_ptr<PreparedRequest>& request);
  void Begin(FreeSlot slot, std::unique_ptr<PreparedRequest> request, int64_t intended_ns);

  // The steady tick (load_loop_tick.cc).
  void ServeTick(int64_t due_ns);
  void LookAtClocks();
  void EndDeadExchanges(int64_t now_ns);
  void CancelAll();

  // Closed loop (load_loop_closed.cc).
  void DispatchFree();
  void MarkStarved();

  // Open loop (load_loop_open.cc).
  void DispatchDue();
  void SendArrival();
  void RefuseArrival(uint32_t flags);
  int64_t ArrivalDueNs() const;
  bool ArrivalIsNear(int64_t now_ns) const;

  bool MaySend();
  void Release(Exchange* exchange, int64_t now_ns);
  bool Finished();

  const LoadLoopOptions options_;
  Poller poller_;
  curl_slist* resolve_ = nullptr;
  DialContext dial_context_;
  std::unique_ptr<ConnectionPool> pool_;
  std::vector<char> read_buffer_;
  DecoderScratch scratch_;
  ExchangeContext context_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::vector<Exchange*> ended_;  // and not yet released
  std::vector<FreeSlot> free_;
  std::optional<OpenLoopGate> gate_;          // open loop
  std::unique_ptr<PreparedRequest> arrival_;  // open loop: taken, not due yet
  int64_t armed_ns_ = 0;                      // open loop: what the timer was last set to
  RecordQueue records_;
  std::deque<RequestRecord> overflow_;  // records that found the queue full
  LoopCounters counters_;
  LoopFacts facts_;
  LagMeter lag_;
  ClockWatch clock_watch_;
  BusyMeter busy_;
  std::unique_ptr<RunDelay> run_delay_;  // of the loop's own thread
  std::atomic<bool> hungry_{false};
  std::atomic<bool> growing_{false};
  absl::Mutex growth_mutex_;
  LoopShare grown_ ABSL_GUARDED_BY(growth_mutex_);
  int64_t slots_ = 0;      // of the share that the loop has
  size_t next_swept_ = 0;  // of exchanges_, by EndDeadExchanges
  bool ready_reported_ = false;
  bool more_to_send_ = false;  // the last Dispatch() stopped with free slots and maybe work left
  int64_t ramp_ns_ = 0;        // when the last fresh slot was dispatched
};

}  // namespace monsoon
