// HealthServer: grpc.health.v1 on a port of its own, in plain text, and nothing else.
//
// For whoever asks for an agent's health and speaks no mutual TLS: the kubelet's gRPC probes, a
// container's health check. It takes no command and says only whether the agent serves, so it may
// listen where the agent itself would refuse to speak plain text. SetServing() from any thread.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace grpc {
class CallbackGenericService;
class Server;
}  // namespace grpc

namespace monsoon {

class HealthServer {
 public:
  // `grpc_address`: "0.0.0.0:7071", "[::1]:0", "unix:PATH". UNAVAILABLE when it cannot be had. Says
  // NOT_SERVING until SetServing(true).
  static absl::StatusOr<std::unique_ptr<HealthServer>> Start(const std::string& grpc_address);
  ~HealthServer();
  HealthServer(const HealthServer&) = delete;
  HealthServer& operator=(const HealthServer&) = delete;

  int port() const { return port_; }  // of a TCP address
  void SetServing(bool serving);

 private:
  HealthServer();

  int port_ = 0;
  std::unique_ptr<grpc::CallbackGenericService> nothing_else_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace monsoon
