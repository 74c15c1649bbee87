// AgentConnection: one pair of streams to an agent, Control and Data, each on a connection of its
// own, from Hello and Attach until one of them ends. It moves messages; what they mean is the
// link's (grpc_agent_link.h), which outlives several of these.
//
// Hello(), Attach(), Start(), AwaitEnd() and Join() belong to one thread, in that order; the rest
// is thread-safe. From Start() on two threads read and two write.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "common/concurrency/blocking_queue.h"
#include "controller/io/agents/agent_channel.h"
#include "monsoon/v1/agent.grpc.pb.h"

namespace monsoon {

// Kept by the link as well, until the agent has received it.
using ControlMessage = std::shared_ptr<const v1::ControlRequest>;
using DataMessage = std::shared_ptr<const v1::DataRequest>;

class AgentConnection {
 public:
  using ControlSink = std::function<void(const v1::ControlResponse&)>;
  using DataSink = std::function<void(const v1::DataResponse&)>;

  // The channels outlive it; `stop` breaks off what blocks. `patience` is for Hello and Attach.
  AgentConnection(AgentTarget target, const std::shared_ptr<grpc::Channel>& control,
                  const std::shared_ptr<grpc::Channel>& data, const std::atomic<bool>* stop,
                  const DialPatience& patience = {});
  // Breaks both streams off, if they have not ended.
  ~AgentConnection();

  absl::StatusOr<v1::ControlResponse> Hello(const v1::Hello& hello);
  // The highest number that the agent has of Data.
  absl::StatusOr<uint64_t> Attach(const v1::Attach& attach);
  // The sinks are called by the two reading threads.
  void Start(ControlSink on_control, DataSink on_data);

  void Send(ControlMessage message) { control_out_.Push(std::move(message)); }
  void Send(DataMessage message) { data_out_.Push(std::move(message)); }

  // For this reason, if it is the first.
  void BreakOff(const std::string& reason);
  // Makes AwaitEnd() return.
  void AskToClose();
  // Until a stream has ended, and the other one had a moment to end too, or until AskToClose().
  void AwaitEnd();
  // Ends Data, then Control, behind everything that was sent, and waits for the agent to do so too,
  // but not for long. `last`, if there is one, is the last word on Control.
  void CloseGently(const ControlMessage& last);
  // Breaks off what is left and joins the threads; returns why it ended, half a sentence.
  std::string Join();

 private:
  // A stream of this connection, as its reader sees it.
  struct Reading {
    bool over = false;   // nothing more is read
    bool ended = false;  // and its status is known, which garbage may delay
    std::string reason;  // the agent's or the network's; empty when it was cancelled here
  };
  bool AnyOver() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return control_reading_.over || data_reading_.over || close_asked_;
  }
  bool BothEnded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return (control_reading_.ended && data_reading_.ended) || close_asked_;
  }
  template <typename Stream>
  void EndReading(Stream& stream, Reading AgentConnection::*which);
  void Cancel();

  const AgentTarget target_;
  const std::atomic<bool>* const stop_;
  const DialPatience patience_;
  std::unique_ptr<v1::AgentService::Stub> control_stub_;
  std::unique_ptr<v1::AgentService::Stub> data_stub_;
  grpc::ClientContext control_context_;
  grpc::ClientContext data_context_;
  std::unique_ptr<ControlClientStream> control_;
  std::unique_ptr<DataClientStream> data_;
  BlockingQueue<ControlMessage> control_out_;
  BlockingQueue<DataMessage> data_out_;

  absl::Mutex mutex_;
  Reading control_reading_ ABSL_GUARDED_BY(mutex_);
  Reading data_reading_ ABSL_GUARDED_BY(mutex_);
  bool close_asked_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::string break_reason_ ABSL_GUARDED_BY(mutex_);  // ours; from before anything was cancelled
  std::vector<std::thread> threads_;
};

}  // namespace monsoon
