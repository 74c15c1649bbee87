#include "agent/io/service/health_server.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <chrono>

#include "common/base/str_cat.h"
#include "monsoon/v1/agent.grpc.pb.h"

namespace monsoon {
namespace {

// Whoever may knock in plain text gets little: a request for health is a few bytes.
constexpr int kMaxMessageBytes = 4096;
constexpr int kMaxMetadataBytes = 4096;
constexpr int kStreamsPerConnection = 4;
constexpr int kHandshakeMs = 5'000;
constexpr int kMaxIdleMs = 60'000;
constexpr int kMaxThreads = 4;

}  // namespace

HealthServer::HealthServer() : nothing_else_(std::make_unique<grpc::CallbackGenericService>()) {}

HealthServer::~HealthServer() {
  if (server_ == nullptr) return;
  // Nothing that is worth waiting for: a Watch lasts as long as its caller likes.
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

absl::StatusOr<std::unique_ptr<HealthServer>> HealthServer::Start(const std::string& grpc_address) {
  std::unique_ptr<HealthServer> health(new HealthServer);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(grpc_address, grpc::InsecureServerCredentials(), &health->port_);
  // A server without any service of its own does not start; this one answers UNIMPLEMENTED.
  builder.RegisterCallbackGenericService(health->nothing_else_.get());
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetResourceQuota(grpc::ResourceQuota("health").SetMaxThreads(kMaxThreads));
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kMaxIdleMs);
  health->server_ = builder.BuildAndStart();
  if (health->server_ == nullptr || (health->port_ == 0 && grpc_address.rfind("unix:", 0) != 0)) {
    return absl::UnavailableError(StrCat("cannot listen on ", grpc_address,
                                         " for health checks; choose another port with "
                                         "--health-listen"));
  }
  health->SetServing(false);
  return health;
}

void HealthServer::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface* const health = server_->GetHealthCheckService();
  health->SetServingStatus("", serving);
  health->SetServingStatus(v1::AgentService::service_full_name(), serving);
}

}  // namespace monsoon
