// AgentSession: one run as this agent lives it (the conversation of proto/monsoon/v1/agent.proto,
// after Hello). It owns the case that is running, the item cache, and the records on their way out.
// It outlives its streams: while none is open it goes on for as long as its lease lasts.
//
// Four threads meet here: the one that reads Control, the one that reads Data, the one that
// prepares cases, and the session's own monitor, which collects records, reports progress, watches
// the lease and winds the run up. Messages go out through two outlets, each written to its stream
// by a thread of the service, so no method blocks on the network.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "agent/io/http/case_runner.h"
#include "agent/io/service/agent_options.h"
#include "agent/io/service/control_outlet.h"
#include "agent/io/service/probe_thread.h"
#include "agent/io/service/record_outlet.h"
#include "agent/io/service/session_watch.h"
#include "agent/io/service/work_intake.h"
#include "common/session/resend_queue.h"
#include "common/time/clock.h"
#include "monsoon/v1/agent.pb.h"

namespace monsoon {

class AgentSession {
 public:
  // Whoever holds this may go on with the Data stream that it attached.
  struct DataPass {
    uint64_t pass = 0;
    uint64_t received = 0;  // highest number received on Data
  };

  // The lease begins. All pointers outlive the session.
  AgentSession(const AgentOptions* options, const Clock* clock, SpoolStore* spools,
               std::string run_id, uint64_t epoch, int64_t lease_ns);
  ~AgentSession();
  AgentSession(const AgentSession&) = delete;
  AgentSession& operator=(const AgentSession&) = delete;

  // Any thread.
  const std::string& run_id() const { return run_id_; }
  uint64_t epoch() const { return epoch_; }
  int64_t lease_until_ns() const { return lease_until_ns_.load(std::memory_order_acquire); }
  bool has_control() const;
  // No case is going on, and the controller has acknowledged every record.
  bool delivered() const;
  // Requests in flight that the case may have; 0 between cases.
  int64_t concurrency() const;
  // The agent is being stopped; `sentence` says so. The case that is going on sends nothing more
  // and lets what is in flight finish; another one is not prepared (agent_session_operate.cc).
  void Drain(const std::string& sentence);
  // After Drain(): what is in flight has had its time.
  void BreakOff();
  // The lease has run out: waits for the end of the case that is going on and puts every record to
  // disk, so that Close() will lose none. An error: they stay in memory.
  absl::Status PutAway();
  // The run is over: nothing is sent any more, and what nobody acknowledged lies in the spool.
  bool over() const;
  // Ends the run; returns when it is over(), which the observer was told. `why` is the reason that
  // a case that is going on gives.
  void Close(const std::string& why);
  // Breaks off the streams that are open.
  void BreakStreams();

  // Control. A stream that is open already is broken off and replaced: this waits until its thread
  // has left. `welcome` goes out first, with what the agent has received; then, again, what the
  // controller, which has everything up to `received`, lacks. INVALID_ARGUMENT when it claims more
  // than there was; ABORTED when the old stream does not end.
  absl::Status AttachControl(ControlOutbox* out, std::function<void()> cancel, uint64_t received,
                             v1::Welcome welcome);
  // Control thread. DATA_LOSS: a message is missing, the stream must be broken off and resumed. Any
  // other error ends the run; its message goes to the controller.
  absl::Status OnControl(const v1::ControlRequest& request);
  void DetachControl();

  // Data, likewise.
  absl::StatusOr<DataPass> AttachData(std::function<void()> cancel);
  absl::StatusOr<std::optional<v1::DataResponse>> NextData(uint64_t pass) {
    return outlet_.Next(pass);
  }
  absl::Status OnData(const v1::DataRequest& request);
  void DetachData(uint64_t pass);

 private:
  // A case that is being prepared, or waits for it, and what was said of it meanwhile.
  struct Unready {
    AgentCase agent_case;
    LoadMode mode = LoadMode::kRun;
  };
  // One of the two streams.
  struct Link {
    bool attached = false;
    std::function<void()> cancel;
  };

  absl::Status Obey(const v1::ControlRequest& request);
  absl::Status OnPing(const v1::Ping& ping);
  absl::Status Probe(const v1::Probe& probe);
  void TellProbed(const ProbeResult& result);
  absl::Status AddWork(const v1::Work& work);
  void Recall(uint64_t count);
  void Stop(const v1::Stop& stop);
  std::shared_ptr<CaseRunner> runner() const;
  // The runner if it is that case's: messages of a case that has ended here cross its CaseDone.
  std::shared_ptr<CaseRunner> RunnerOf(uint32_t case_index) const;
  absl::Status Replace(Link& link, std::function<void()> cancel)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Preparation (agent_session_prepare.cc).
  absl::Status Prepare(const v1::Prepare& prepare);
  void PrepareCases();
  absl::StatusOr<std::unique_ptr<CaseRunner>> MakeRunner(const AgentCase& agent_case);
  void Settle(absl::StatusOr<std::unique_ptr<CaseRunner>> made);

  // The monitor (agent_session_monitor.cc).
  void Monitor();
  void MonitorOnce();
  void WindUp();
  void Conclude();
  void SendProgress(const CaseRunner& runner, int64_t now_ns);
  void CollectRecords(CaseRunner& runner, int64_t now_ns);
  void FinishCase(CaseRunner& runner);
  void Spill(int64_t now_ns);
  // Ends the case that is going on, if one is, as if its lease had run out; the session stays.
  void BreakOffCase(const std::string& why);

  // In agent_session_operate.cc.
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
  std::atomic<int64_t> lease_until_ns_;
  std::atomic<int64_t> heard_ns_;  // the last message on Control

  ReceivedNumbers control_numbers_;  // Control thread only
  ReceivedNumbers data_numbers_;     // Data thread only
  std::atomic<uint64_t> received_data_{0};
  WorkIntake intake_;  // Data thread only
  ControlOutlet control_;
  RecordOutlet outlet_;
  ProbeThread probes_;

  mutable absl::Mutex mutex_;
  Link control_link_ ABSL_GUARDED_BY(mutex_);
  Link data_link_ ABSL_GUARDED_BY(mutex_);
  std::deque<Unready> unready_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<CaseRunner> runner_ ABSL_GUARDED_BY(mutex_);  // null between cases
  uint64_t received_ ABSL_GUARDED_BY(mutex_) = 0;               // work entries of the case
  LoadMode asked_ ABSL_GUARDED_BY(mutex_) = LoadMode::kRun;     // by Stop
  std::string gave_up_ ABSL_GUARDED_BY(mutex_);   // why this agent ended the case by itself
  std::string draining_ ABSL_GUARDED_BY(mutex_);  // the sentence; empty: the agent stays
  std::string close_reason_ ABSL_GUARDED_BY(mutex_);
  bool ended_by_controller_ ABSL_GUARDED_BY(mutex_) = false;
  bool preparing_ ABSL_GUARDED_BY(mutex_) = true;  // the preparer's thread has not ended
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;

  // Monitor thread only, reset by Settle() before the runner is visible to it.
  int64_t last_progress_ns_ = 0;
  uint64_t last_finished_ = 0;
  uint64_t last_received_ = 0;
  int64_t last_flush_ns_ = 0;
  double cpu_seconds_at_prepare_ = 0;
  int64_t next_spill_ns_ = 0;  // not before: the last one failed

  SessionWatch watch_;
  std::thread preparer_;
  std::thread monitor_;
};

}  // namespace monsoon
