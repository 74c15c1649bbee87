// AgentService: the gRPC face of an agent (proto/monsoon/v1/agent.proto). It checks who may speak
// and in which order, keeps the session of the run that holds the agent, and moves messages between
// the streams and the session; the run is the session's. What runs have left on disk it hands out
// (Collect), and deletes when it is too old.
//
// gRPC calls the handlers on threads of its own, one for each open stream; a second thread writes.
// A thread of the service's own looks after the spools once an hour.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "agent/core/session/session_registry.h"
#include "agent/io/service/agent_options.h"
#include "agent/io/service/agent_session.h"
#include "agent/io/service/doorkeeper.h"
#include "agent/io/spool/spool_store.h"
#include "common/time/clock.h"
#include "monsoon/v1/agent.grpc.pb.h"

namespace monsoon {

class AgentService final : public v1::AgentService::Service {
 public:
  using ControlStream = grpc::ServerReaderWriter<v1::ControlResponse, v1::ControlRequest>;
  using DataStream = grpc::ServerReaderWriter<v1::DataResponse, v1::DataRequest>;

  using CollectStream = grpc::ServerReaderWriter<v1::CollectResponse, v1::CollectRequest>;

  // Both outlive the service.
  AgentService(const AgentOptions* options, const Clock* clock);
  ~AgentService() override;

  grpc::Status Control(grpc::ServerContext* context, ControlStream* stream) override;
  grpc::Status Data(grpc::ServerContext* context, DataStream* stream) override;
  grpc::Status Collect(grpc::ServerContext* context, CollectStream* stream) override;

  // The steps of taking leave; any thread. Drain: no further run gets this agent, and the case that
  // is going on comes to its end (AgentSession::Drain); `reason` is "SIGTERM" or the like.
  // BreakOff, after it: what is still in flight is cancelled, and its record goes to the
  // controller. Shutdown: the run ends, what nobody acknowledged goes to the spool, and its streams
  // break off.
  void Drain(const std::string& reason);
  void BreakOff();
  void Shutdown();
  // A run holds the agent, and its lease lasts.
  bool holds_run();
  // None does, or no case of it is going on and its controller has acknowledged every record.
  bool delivered();

 private:
  grpc::Status Greet(grpc::ServerContext* context, ControlStream* stream, Doorkeeper::Visit& visit);
  grpc::Status Inspect(const grpc::ServerContext& context, ControlStream* stream);
  // Turns a controller away.
  grpc::Status TurnAway(const grpc::ServerContext& context, ControlStream* stream,
                        v1::Refusal refusal);
  grpc::Status ServeRun(grpc::ServerContext* context, ControlStream* stream,
                        const v1::Hello& hello);
  // The session that `hello` asks for, new or known.
  std::optional<v1::Refusal> Enter(const grpc::ServerContext& context, const v1::Hello& hello,
                                   std::shared_ptr<AgentSession>& session);
  std::optional<v1::Refusal> Take(const grpc::ServerContext& context, const v1::Hello& hello,
                                  std::shared_ptr<AgentSession>& session);
  std::shared_ptr<AgentSession> FindSession(const v1::Attach& attach) const;
  // The run is over; `why` as for AgentSession::Close.
  void End(const std::shared_ptr<AgentSession>& session, const std::string& why);
  // A session of that run that holds the agent, but whose lease has run out, is over; refused while
  // the lease lasts, or the disk has no room for its records (agent_collect.cc).
  std::optional<v1::Refusal> GiveUp(const std::string& run_id);
  std::optional<v1::Refusal> PutAway(const std::string& run_id);
  grpc::Status TurnAway(const grpc::ServerContext& context, CollectStream* stream,
                        v1::Refusal refusal);
  // The door's answer to this caller, told if it is no.
  grpc::Status Admit(grpc::ServerContext* context, std::unique_ptr<Doorkeeper::Visit>* visit);
  // How many it deleted.
  static int64_t Delete(const v1::CollectAck& ack, std::vector<StoredSpool>& spools);
  void KeepHouse();
  void ObserveHolder() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const AgentOptions& options_;
  const Clock& clock_;
  SpoolStore spools_;
  Doorkeeper door_;

  mutable absl::Mutex mutex_;
  SessionRegistry registry_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<AgentSession> session_
      ABSL_GUARDED_BY(mutex_);  // of the run that holds the agent
  // Has lost the agent, and may still be winding up; the next one begins after it.
  std::weak_ptr<AgentSession> leaving_ ABSL_GUARDED_BY(mutex_);
  bool shut_down_ ABSL_GUARDED_BY(mutex_) = false;
  std::string draining_ ABSL_GUARDED_BY(mutex_);  // the sentence; empty: it is not

  std::thread housekeeper_;
};

}  // namespace monsoon
