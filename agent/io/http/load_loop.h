// LoadLoop: one load thread: an event loop around libcurl's multi_socket interface that keeps its
// slots busy with work from the queue, in a closed loop, or in an open loop sends each request when
// it is due. Then a thread holds the next request of the queue until its moment; the threads of an
// agent take them in order, so whichever is free serves the next.
//
// The object is made on the control path; Run() is the body of a thread of its own. While it runs,
// the other threads may only use the members marked thread-safe. Between Run() and them there are
// the work queue, the record queue and atomics: no lock. In steady state Run() neither allocates
// per event nor makes system calls other than those of epoll and libcurl's recv.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "agent/core/load/case_control.h"
#include "agent/core/load/loop_stats.h"
#include "agent/core/load/open_loop_gate.h"
#include "agent/core/load/prepared_request.h"
#include "agent/io/http/poller.h"
#include "agent/io/http/resolve.h"
#include "agent/io/http/transfer.h"

namespace monsoon {

// All pointers outlive the loop.
struct LoadLoopOptions {
  const AgentCase* agent_case = nullptr;
  const EngineAdapter* adapter = nullptr;
  const AddressPolicy* policy = nullptr;
  const ResolvedEndpoint* target = nullptr;
  const Clock* clock = nullptr;
  CaseControl* control = nullptr;
  WorkQueue* work = nullptr;
  // Requests this thread keeps in flight; open loop: the most it may have.
  int64_t slots = 0;
  int64_t load_threads = 1;  // that share the case's arrivals
};

class LoadLoop {
 public:
  // INTERNAL when a descriptor or a libcurl handle cannot be had.
  static absl::StatusOr<std::unique_ptr<LoadLoop>> Create(const LoadLoopOptions& options);
  ~LoadLoop();
  LoadLoop(const LoadLoop&) = delete;
  LoadLoop& operator=(const LoadLoop&) = delete;

  // Sends from the start until the work has ended (CaseControl), then returns.
  void Run();

  // Thread-safe: new work, or a new word in CaseControl. WakeIfHungry does nothing (and costs no
  // system call) unless a slot of this loop found the queue empty.
  void Wake() { poller_.Wake(); }
  void WakeIfHungry();
  const LoopCounters& counters() const { return counters_; }
  // Thread-safe for one consumer.
  RecordQueue& records() { return records_; }

  // After Run() has returned and its thread was joined.
  const LoopFacts& facts() const { return facts_; }
  std::deque<RequestRecord>& overflow() { return overflow_; }

 private:
  // A slot without a request.
  struct FreeSlot {
    Transfer* transfer = nullptr;
    int64_t since_ns = 0;
    bool starved = false;  // it found the queue empty
    bool fresh = false;    // it never had a request
  };

  LoadLoop(const LoadLoopOptions& options, Poller poller);
  absl::Status Init();

  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* self, void* watched);
  static int OnTimer(CURLM* multi, long timeout_ms, void* self);

  void WaitForStart();
  void Turn();
  void ServeSockets(std::span<const epoll_event> sockets);
  void ServeCurlTimer(int64_t now_ns);
  void CheckCurl(CURLMcode code);
  void Reap();
  void PushRecord(RequestRecord& record);
  absl::Status AddSlot();
  void Dispatch();
  bool TakeWork(std::unique_ptr<PreparedRequest>& request);
  void Begin(FreeSlot slot, std::unique_ptr<PreparedRequest> request, int64_t intended_ns);
  bool MaySend();

  // Open loop (load_loop_open.cc).
  void DispatchDue();
  void SendArrival();
  void RefuseArrival(uint32_t flags);
  bool ArrivalIsDue(int64_t now_ns) const;
  int64_t ArrivalDueNs() const;
  void ArmTimers();

  void MarkStarved();
  void EndDeadTransfers(int64_t now_ns);
  void CancelAll();
  void Release(Transfer* transfer, int64_t now_ns);
  bool Finished();

  const LoadLoopOptions options_;
  Poller poller_;
  CURLM* multi_ = nullptr;
  curl_slist* headers_ = nullptr;
  curl_slist* resolve_ = nullptr;
  TransferContext context_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::vector<FreeSlot> free_;
  std::optional<OpenLoopGate> gate_;          // open loop
  std::unique_ptr<PreparedRequest> arrival_;  // open loop: taken, not due yet
  RecordQueue records_;
  std::deque<RequestRecord> overflow_;  // records that found the queue full
  LoopCounters counters_;
  LoopFacts facts_;
  BusyMeter busy_;
  std::atomic<bool> hungry_{false};
  int64_t curl_timer_ns_ = 0;  // when libcurl wants to be called; 0: not
  int64_t last_wait_end_ns_ = 0;
  int64_t ramp_ns_ = 0;  // when the last fresh slot was dispatched
};

}  // namespace monsoon
