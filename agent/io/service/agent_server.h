// AgentServer: the listening gRPC server of an agent program.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "agent/io/service/agent_options.h"
#include "agent/io/service/agent_service.h"
#include "agent/io/service/health_server.h"
#include "common/time/clock.h"

namespace grpc {
class Server;
class ServerCredentials;
}  // namespace grpc

namespace monsoon {

class AgentServer {
 public:
  // Listens on `grpc_address` ("127.0.0.1:7070", "unix:PATH"). UNAVAILABLE when the address cannot
  // be had; an address in use is not shared with another agent. FAILED_PRECONDITION, naming the
  // file, when options.tls names one that will not do. `clock` outlives the server.
  static absl::StatusOr<std::unique_ptr<AgentServer>> Start(AgentOptions options,
                                                            const std::string& grpc_address,
                                                            const Clock* clock);
  ~AgentServer();

  int port() const { return port_; }  // of a TCP address
  // Of options.health_grpc_address; 0: there is none.
  int health_port() const { return health_ == nullptr ? 0 : health_->port(); }
  // Taking leave, step by step, as AgentService has it. From Drain() on health checks say
  // NOT_SERVING.
  void Drain(const std::string& reason);
  void BreakOff() { service_.BreakOff(); }
  bool holds_run() { return service_.holds_run(); }
  bool delivered() { return service_.delivered(); }
  // Ends the run that is going on and refuses new ones; returns when all streams have ended.
  void Shutdown();

 private:
  AgentServer(AgentOptions options, const Clock* clock);
  void SetServing(bool serving);

  const AgentOptions options_;
  AgentService service_;
  int port_ = 0;
  std::shared_ptr<grpc::ServerCredentials> credentials_;  // gRPC asks them at every handshake
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<HealthServer> health_;
};

}  // namespace monsoon
