// The controller's side of the conversation, message by message, so that a test can also say what
// no controller would. Every stream ends by itself after 20 s: a test may fail but never hang.
//
// One thread.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/model/agent_case.h"
#include "common/model/probe.h"
#include "monsoon/v1/agent.grpc.pb.h"

namespace monsoon {

// Connects by itself: channels of different clients share no connection.
std::unique_ptr<v1::AgentService::Stub> ConnectTo(int port);

class RawControl {
 public:
  using Kind = v1::ControlResponse::MessageCase;

  explicit RawControl(int port);

  // With the next of the numbers that were asked for, else with none, as for messages that need not
  // come again.
  bool Send(v1::ControlRequest request);
  // The messages from here on are numbered, the next with `number`; Ping and Hello never are.
  void NumberFrom(uint64_t number) { next_number_ = number; }
  void Hello(v1::Hello::Purpose purpose, uint32_t lease_ms = 0, const std::string& run_id = "run");
  // Takes up the session of `welcome` again, having received everything up to `received`.
  void Resume(const v1::Welcome& welcome, uint64_t received, const std::string& run_id = "run");
  void Ping(uint64_t id, int64_t lease_until_agent_ns = 0, uint64_t received = 0);
  void Probe(const ProbeOrder& order);
  void Prepare(const AgentCase& agent_case);
  void Start(int32_t case_index, int64_t start_at_agent_ns);
  void FinishCase(int32_t case_index);
  void Stop(int32_t case_index, v1::Stop::Mode mode);
  void Recall(uint64_t count);
  void Resize(int32_t case_index, uint64_t concurrency);
  void EndRun();

  // The next message; nullopt when the stream has ended.
  std::optional<v1::ControlResponse> Read();
  // The next message of this kind, Progress left aside; fails the test if another one comes.
  v1::ControlResponse Await(Kind kind);
  // Reads until a Progress says that `received` entries have arrived and `finished` are finished.
  void AwaitProgress(uint64_t received, uint64_t finished);

  // Half-closes and reads to the end.
  grpc::Status Close();
  void Cancel() { context_.TryCancel(); }

 private:
  uint64_t next_number_ = 0;
  std::unique_ptr<v1::AgentService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ControlRequest, v1::ControlResponse>> stream_;
};

class RawData {
 public:
  explicit RawData(int port);

  bool Send(v1::DataRequest request);  // numbered as on Control
  void NumberFrom(uint64_t number) { next_number_ = number; }
  // True when the agent answered Attached.
  bool Attach(const std::string& run_id, const v1::Welcome& welcome);
  uint64_t received() const { return received_; }  // as Attached said
  // One prompt and `count` requests for it, from `first` on.
  void Work(int32_t case_index, uint64_t first, uint64_t count);
  void Acknowledge(uint64_t sequence);

  std::optional<v1::RecordBatch> Read();
  // All records up to the batch numbered `last_sequence`.
  std::vector<v1::RequestRecord> ReadTo(uint64_t last_sequence);

  grpc::Status Close();   // half-closes and reads to the end
  grpc::Status Finish();  // reads to the end, which the agent makes
  void Cancel() { context_.TryCancel(); }

 private:
  uint64_t next_number_ = 0;
  uint64_t received_ = 0;
  std::unique_ptr<v1::AgentService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::DataRequest, v1::DataResponse>> stream_;
};

}  // namespace monsoon
