// AgentSession: one run as this agent lives it (the conversation of proto/monsoon/v1/agent.proto,
// after Hello). It owns the case that is running, the item cache, and the records on their way out.
//
// Three threads meet here: the one that reads Control, the one that reads Data, and the session's
// own monitor, which collects records and reports progress. Messages go out through two queues,
// each written to its stream by a thread of the service, so no method blocks on the network.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

#include "agent/io/http/case_runner.h"
#include "agent/io/service/agent_options.h"
#include "agent/io/service/probe_thread.h"
#include "agent/io/service/record_outlet.h"
#include "agent/io/service/session_watch.h"
#include "agent/io/service/work_intake.h"
#include "common/concurrency/blocking_queue.h"
#include "common/time/clock.h"
#include "monsoon/v1/agent.pb.h"

namespace monsoon {

using ControlOutbox = BlockingQueue<v1::ControlResponse>;

class AgentSession {
 public:
  // `control_out` gets everything that belongs on the Control stream. All pointers outlive the
  // session.
  AgentSession(const AgentOptions* options, const Clock* clock, std::string run_id, uint64_t epoch,
               int64_t lease_ns, ControlOutbox* control_out);
  // Cancels what is in flight.
  ~AgentSession();
  AgentSession(const AgentSession&) = delete;
  AgentSession& operator=(const AgentSession&) = delete;

  const std::string& run_id() const { return run_id_; }
  uint64_t epoch() const { return epoch_; }

  // Control thread. An error ends the run; its message goes to the controller.
  absl::Status OnControl(const v1::ControlRequest& request);
  // Control thread: the stream ended, or the agent is shutting down.
  void Close();

  // Any thread: the agent is being stopped, for this reason. The case that is going on sends
  // nothing more and lets what is in flight finish; another one is not prepared.
  // (agent_session_operate.cc)
  void Drain(const std::string& reason);
  // Any thread: breaks off what is in flight.
  void BreakOff();
  // Any thread: no case is going on, and the controller has confirmed every record.
  bool delivered() const;
  // Any thread: requests in flight that the case may have; 0 between cases.
  int64_t concurrency() const;

  // Data thread. `cancel` breaks the Data stream off when the session closes.
  // FAILED_PRECONDITION when a stream is attached already.
  absl::Status AttachData(DataOutbox* out, std::function<void()> cancel);
  absl::Status OnData(const v1::DataRequest& request);
  void DetachData();

 private:
  absl::Status Probe(const v1::Probe& probe);
  void TellProbed(const ProbeResult& result);
  absl::Status Prepare(const v1::Prepare& prepare);
  absl::Status AddWork(const v1::Work& work);
  void Recall(uint64_t count);
  std::shared_ptr<CaseRunner> runner() const;
  // The runner if it is that case's: messages of a case that has ended here cross its CaseDone.
  std::shared_ptr<CaseRunner> RunnerOf(uint32_t case_index) const;
  void Stop(const v1::Stop& stop);
  void RenewLease(CaseRunner& runner) const;

  void Monitor();
  void MonitorOnce();
  void CheckProbeLease(int64_t now_ns);
  void SendProgress(const CaseRunner& runner, int64_t now_ns);
  void CollectRecords(CaseRunner& runner, int64_t now_ns);
  void FinishCase(CaseRunner& runner);
  // In agent_session_operate.cc. The monitor's; the session's lock is not held, but for the last.
  void TellWatch(int64_t now_ns, const CaseRunner* runner);
  void Collect(int32_t case_index, RequestRecord record);
  // Why this agent ended the case by itself; "": it did not.
  std::string WhyGaveUp(const CaseRunner& runner, bool work_was_left) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const AgentOptions& options_;
  const Clock& clock_;
  const std::string run_id_;
  const uint64_t epoch_;
  const int64_t lease_ns_;
  ControlOutbox& control_out_;

  WorkIntake intake_;  // Data thread only
  RecordOutlet outlet_;
  std::atomic<int64_t> last_heard_ns_;  // on Control
  ProbeThread probes_;

  mutable absl::Mutex mutex_;
  std::shared_ptr<CaseRunner> runner_ ABSL_GUARDED_BY(mutex_);  // null between cases
  std::function<void()> cancel_data_ ABSL_GUARDED_BY(mutex_);
  uint64_t received_ ABSL_GUARDED_BY(mutex_) = 0;  // work entries of the case
  bool stop_asked_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  std::string draining_ ABSL_GUARDED_BY(mutex_);  // the sentence for the controller; "": it is not

  // Monitor thread only, reset by Prepare before the runner is visible to it.
  v1::Progress last_progress_;
  int64_t last_progress_ns_ = 0;
  int64_t last_flush_ns_ = 0;
  double cpu_seconds_at_prepare_ = 0;
  std::string gave_up_;  // why this agent ended the case by itself
  SessionWatch watch_;

  std::thread monitor_;
};

}  // namespace monsoon
