// GrpcAgentLink: an AgentLink over gRPC: one Control and one Data stream on connections of their
// own.
//
// The AgentLink methods are for the run's thread: they put messages into queues, which two threads
// write out. Two more threads read, and put what they hear into the run's inbox as AgentEvents. At
// most kMaxWaitingBatches batches of records wait in the inbox for their Acknowledge(); then Data
// is read no further, and the agent, which keeps every batch until it is acknowledged, waits too.
// So a slow disk costs the controller no memory.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

#include "common/concurrency/blocking_queue.h"
#include "common/time/clock.h"
#include "controller/core/run/agent_link.h"
#include "controller/io/agents/agent_channel.h"
#include "controller/io/agents/agent_target.h"
#include "monsoon/v1/agent.grpc.pb.h"

namespace monsoon {

using AgentInbox = BlockingQueue<AgentEvent>;
// What is done to the records of a batch, of the case of that index, before the batch goes into the
// inbox. Called by the links' own threads, at once; the batches of one agent follow each other.
using RecordsHook = std::function<void(int32_t case_index, std::span<RequestRecord> records)>;

class GrpcAgentLink final : public AgentLink {
 public:
  // Of some 256 KiB on the wire.
  static constexpr uint64_t kMaxWaitingBatches = 16;

  // Connects both streams and takes the agent for the run. `index` goes into AgentEvent::agent.
  // `clock` and `inbox` outlive the link. Errors are sentences that name the agent.
  static absl::StatusOr<std::unique_ptr<GrpcAgentLink>> Connect(const AgentTarget& target,
                                                                const std::string& run_id,
                                                                size_t index, const Clock* clock,
                                                                AgentInbox* inbox,
                                                                RecordsHook on_records = nullptr);
  // Ends both streams, so that the agent is free for the next run.
  ~GrpcAgentLink() override;

  const AgentInfo& info() const override { return info_; }
  void Ping(uint64_t id, int64_t now_ns) override;
  void Prepare(const AgentCase& agent_case) override;
  void Start(int32_t case_index, int64_t start_at_agent_ns) override;
  void SendItem(const ItemId& id, const Item& item) override;
  void DropItems(std::span<const ItemId> ids) override;
  void SendWork(int32_t case_index, std::span<const WorkEntry> entries) override;
  void Recall(uint64_t count) override;
  void FinishCase(int32_t case_index) override;
  void Stop(int32_t case_index, StopMode mode) override;
  void Acknowledge(uint64_t sequence) override;

 private:
  GrpcAgentLink(size_t index, const Clock* clock, AgentInbox* inbox, RecordsHook on_records);
  absl::Status Open(const AgentTarget& target, const std::string& run_id);
  absl::Status Attach(const AgentTarget& target, const std::string& run_id);
  void StartThreads();

  void ReadControl();
  void ReadData();
  void HearControl(const v1::ControlResponse& response);
  void HearRecords(const v1::RecordBatch& batch);
  // Waits until the batch of this sequence may go into the inbox.
  void TakeTurn(uint64_t sequence);
  bool HasTurn() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return last_posted_ < acknowledged_ + kMaxWaitingBatches || closing_;
  }
  void Post(decltype(AgentEvent::body) body);
  // The agent said something that makes no sense: breaks both streams off, for this reason.
  void BreakOff(const std::string& reason);
  void NoteReason(const std::string& reason);

  const size_t index_;
  const Clock& clock_;
  AgentInbox& inbox_;
  const RecordsHook on_records_;  // or nullptr
  AgentInfo info_;

  std::unique_ptr<v1::AgentService::Stub> control_stub_;
  std::unique_ptr<v1::AgentService::Stub> data_stub_;
  grpc::ClientContext control_context_;
  grpc::ClientContext data_context_;
  std::unique_ptr<ControlClientStream> control_;
  std::unique_ptr<DataClientStream> data_;
  BlockingQueue<v1::ControlRequest> control_out_;
  BlockingQueue<v1::DataRequest> data_out_;
  std::atomic<bool> closing_{false};
  absl::Mutex mutex_;
  std::string lost_reason_ ABSL_GUARDED_BY(mutex_);    // the first one
  uint64_t last_posted_ ABSL_GUARDED_BY(mutex_) = 0;   // highest sequence
  uint64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;  // highest sequence
  absl::Notification control_over_;                    // read to its end
  absl::Notification control_ended_;                   // and the loss was told
  absl::Notification data_ended_;
  std::vector<std::thread> threads_;
};

}  // namespace monsoon
