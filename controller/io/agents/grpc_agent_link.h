// GrpcAgentLink: an AgentLink over gRPC: the controller's side of one session.
//
// The AgentLink methods are for the run's thread: they number messages, keep them until the agent
// has received them, and give them to the connection of the moment (agent_connection.h). When that
// breaks, a thread of the link's own makes it again, for as long as the link lives, takes the
// session up and sends again what the agent lacks; the run hears of it by ConnectionEvents. What
// the connection's threads read goes into the run's inbox as AgentEvents.
//
// At most kMaxWaitingBatches batches of records wait in the inbox for their Acknowledge(); then
// Data is read no further, and the agent, which keeps every batch until it is acknowledged, waits
// too. So a slow disk costs the controller no memory.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "common/concurrency/blocking_queue.h"
#include "common/session/resend_queue.h"
#include "common/time/clock.h"
#include "common/wire/protocol.h"
#include "controller/core/run/agent_link.h"
#include "controller/io/agents/agent_connection.h"
#include "controller/io/agents/agent_target.h"
#include "controller/io/agents/kept_messages.h"
#include "monsoon/v1/agent.grpc.pb.h"

namespace monsoon {

using AgentInbox = BlockingQueue<AgentEvent>;
// What is done to the records of a batch, of the case of that index, before the batch goes into the
// inbox. Called by the links' own threads, at once; the batches of one agent follow each other.
using RecordsHook = std::function<void(int32_t case_index, std::span<RequestRecord> records)>;

struct LinkOptions {
  std::string run_id;
  size_t index = 0;  // goes into AgentEvent::agent
  int64_t lease_ns = kDefaultLeaseNs;
  const Clock* clock = nullptr;  // these two outlive the link
  AgentInbox* inbox = nullptr;
  RecordsHook on_records;                   // or nullptr
  const std::atomic<bool>* stop = nullptr;  // breaks Connect off when it becomes true; or nullptr
};

class GrpcAgentLink final : public AgentLink {
 public:
  // Of some 256 KiB on the wire.
  static constexpr uint64_t kMaxWaitingBatches = 16;

  // Connects both streams and takes the agent for the run. Errors are sentences that name the
  // agent.
  static absl::StatusOr<std::unique_ptr<GrpcAgentLink>> Connect(const AgentTarget& target,
                                                                LinkOptions options);
  // Close(), and waits for it.
  ~GrpcAgentLink() override;

  // Nothing is heard over this connection: makes another one, if that has not begun.
  void DialAgain();
  // Begins to end the session: `run_is_over` says that every record was acknowledged and the agent
  // may forget the run; otherwise it keeps what was not. The first call counts.
  void Close(bool run_is_over);

  // When something came from the agent last, however long it waits in the inbox. Thread-safe.
  int64_t heard_ns() const { return heard_ns_.load(std::memory_order_relaxed); }

  const AgentInfo& info() const override { return info_; }
  bool Ping(uint64_t id, int64_t now_ns, int64_t lease_until_agent_ns) override;
  void Probe(const ProbeOrder& order) override;
  void Prepare(const AgentCase& agent_case) override;
  void Start(int32_t case_index, int64_t start_at_agent_ns) override;
  void SendItem(const ItemId& id, const Item& item) override;
  void DropItems(std::span<const ItemId> ids) override;
  void SendWork(int32_t case_index, std::span<const WorkEntry> entries) override;
  void Recall(uint64_t count) override;
  void Resize(int32_t case_index, int64_t concurrency, double rate_per_s) override;
  void FinishCase(int32_t case_index) override;
  void Stop(int32_t case_index, StopMode mode) override;
  void Acknowledge(uint64_t sequence) override;
  int64_t backlog_bytes() const override;

 private:
  enum class Reconnection { kDone, kTryAgain, kOver };

  GrpcAgentLink(AgentTarget target, LinkOptions options);
  absl::Status Open();
  v1::Attach AttachMessage() const;
  // From now on messages go there; first what the agent lacks.
  absl::Status Use(std::shared_ptr<AgentConnection> connection, uint64_t received_control,
                   uint64_t received_data);

  // The link's own thread.
  void Supervise();
  void CloseConnection(AgentConnection& connection);
  absl::Status OpenChannels(const std::atomic<bool>* stop, const DialPatience& patience);
  Reconnection Reconnect(const std::string& reason);
  // Whether the agent's answer means that the session is over, and how that is said; "": it is not.
  std::string WhyOver(const v1::ControlResponse& response) const;

  // The connection's reading threads.
  void HearControl(const v1::ControlResponse& response);
  void HearPong(const v1::Pong& pong);
  void HearData(const v1::DataResponse& response);
  // Waits until this batch may go into the inbox; false: not over this connection.
  bool TakeTurn(uint64_t sequence);
  bool HasTurn() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return last_posted_ < acknowledged_ + kMaxWaitingBatches || connection_ == nullptr;
  }
  // The agent said something that makes no sense: no word is changed with it any more.
  void BreakOffForGood(const std::string& reason);

  void SendNumbered(v1::ControlRequest request);
  void SendNumbered(v1::DataRequest request);
  void Post(decltype(AgentEvent::body) body);

  const AgentTarget target_;
  const LinkOptions options_;
  const Clock& clock_;
  AgentInbox& inbox_;
  AgentInfo info_;
  std::shared_ptr<grpc::Channel> control_channel_;  // after Open() only the link's own thread's
  std::shared_ptr<grpc::Channel> data_channel_;
  std::atomic<bool> closing_{false};
  std::atomic<int64_t> heard_ns_{0};

  mutable absl::Mutex mutex_;
  std::shared_ptr<AgentConnection> connection_ ABSL_GUARDED_BY(mutex_);  // null: broken
  bool close_asked_ ABSL_GUARDED_BY(mutex_) = false;
  bool run_is_over_ ABSL_GUARDED_BY(mutex_) = false;
  bool for_good_ ABSL_GUARDED_BY(mutex_) = false;
  KeptMessages<v1::ControlRequest> control_kept_ ABSL_GUARDED_BY(mutex_);
  KeptMessages<v1::DataRequest> data_kept_ ABSL_GUARDED_BY(mutex_);
  ReceivedNumbers control_received_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_posted_ ABSL_GUARDED_BY(mutex_) = 0;   // highest sequence
  uint64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;  // highest sequence
  std::thread supervisor_;
};

}  // namespace monsoon
