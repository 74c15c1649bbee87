// AgentService: the gRPC face of an agent (proto/monsoon/v1/agent.proto). It checks who may speak
// and in which order, and moves messages between the streams and the session; the run is the
// session's.
//
// gRPC calls the handlers on threads of its own, one for each open stream; a second thread writes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "agent/io/service/agent_options.h"
#include "agent/io/service/agent_session.h"
#include "agent/io/service/doorkeeper.h"
#include "common/time/clock.h"
#include "monsoon/v1/agent.grpc.pb.h"

namespace monsoon {

class AgentService final : public v1::AgentService::Service {
 public:
  using ControlStream = grpc::ServerReaderWriter<v1::ControlResponse, v1::ControlRequest>;
  using DataStream = grpc::ServerReaderWriter<v1::DataResponse, v1::DataRequest>;

  // Both outlive the service.
  AgentService(const AgentOptions* options, const Clock* clock)
      : options_(*options),
        clock_(*clock),
        door_(options->tls ? &options->tls->controllers : nullptr, clock) {}

  grpc::Status Control(grpc::ServerContext* context, ControlStream* stream) override;
  grpc::Status Data(grpc::ServerContext* context, DataStream* stream) override;

  // Ends the current run, if there is one: its streams break off.
  void Shutdown();

  // The agent is being stopped, for this reason ("SIGTERM"): new runs are refused, the one that is
  // going on is brought to its end (AgentSession::Drain). Any thread, as the rest.
  void BeginDrain(const std::string& reason);
  // Breaks off what is in flight.
  void BreakOff();
  struct Holding {
    bool has_run = false;    // a controller holds this agent
    bool delivered = false;  // it has everything that it will get
  };
  Holding holding();

 private:
  v1::Welcome MakeWelcome();
  // Turns a controller away, with a sentence.
  grpc::Status Refuse(const grpc::ServerContext& context, ControlStream* stream,
                      v1::Refusal::Code code, const std::string& message);
  // Why a new run cannot be taken; CODE_UNSPECIFIED: it can.
  v1::Refusal WhyNotFree() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  grpc::Status Greet(grpc::ServerContext* context, ControlStream* stream, Doorkeeper::Visit& visit);
  grpc::Status Inspect(const grpc::ServerContext& context, ControlStream* stream);
  grpc::Status ServeRun(grpc::ServerContext* context, ControlStream* stream,
                        const v1::Hello& hello);
  std::shared_ptr<AgentSession> FindSession(const v1::Attach& attach);

  const AgentOptions& options_;
  const Clock& clock_;
  Doorkeeper door_;

  absl::Mutex mutex_;
  uint64_t epoch_ ABSL_GUARDED_BY(mutex_) = 0;
  bool taken_ ABSL_GUARDED_BY(mutex_) = false;
  std::shared_ptr<AgentSession> session_ ABSL_GUARDED_BY(mutex_);
  grpc::ServerContext* run_context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::string draining_ ABSL_GUARDED_BY(mutex_);  // the sentence; empty: it is not
};

}  // namespace monsoon
