// AgentServer: the listening gRPC server of an agent program.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "agent/io/service/agent_options.h"
#include "agent/io/service/agent_service.h"
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
  AgentService& service() { return service_; }
  // Ends the run that is going on and refuses new ones; returns when all streams have ended.
  void Shutdown();

 private:
  AgentServer(AgentOptions options, const Clock* clock);

  const AgentOptions options_;
  AgentService service_;
  int port_ = 0;
  std::shared_ptr<grpc::ServerCredentials> credentials_;  // gRPC asks them at every handshake
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace monsoon
