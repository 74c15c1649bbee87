#include "agent/io/service/agent_server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <utility>

#include "agent/io/http/unique_fd.h"
#include "agent/io/service/tls_credentials.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/wire/protocol.h"

namespace monsoon {
namespace {

constexpr int kShutdownSeconds = 5;

// From the first packet to the first words over TLS; half-open connections cost descriptors.
constexpr int kHandshakeMs = 10'000;
// A run has one stream on each of its two connections.
constexpr int kStreamsPerConnection = 8;
constexpr int kMaxMetadataBytes = 16 * 1024;
// gRPC's own, each of which serves one open stream.
constexpr int kMaxThreads = 128;

// gRPC deletes the socket that it finds at a path, also one on which another agent listens.
bool IsTaken(const std::string& grpc_address) {
  constexpr std::string_view kUnix = "unix:";
  if (!grpc_address.starts_with(kUnix)) return false;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = grpc_address.substr(kUnix.size());
  if (path.size() >= sizeof(address.sun_path)) return false;  // gRPC will say so
  path.copy(address.sun_path, path.size());
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  return connect(fd.get(), generic, sizeof(address)) == 0 || errno == EAGAIN;
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeCredentials(
    const AgentOptions& options, const Clock* clock) {
  if (!options.tls) return grpc::InsecureServerCredentials();
  ASSIGN_OR_RETURN(std::shared_ptr<TlsStore> store,
                   TlsStore::Open(options.tls->files, clock, options.tls->tell));
  return TlsServerCredentials(std::move(store));
}

void LimitCallers(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(kMaxMessageBytes);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.SetResourceQuota(grpc::ResourceQuota("agent").SetMaxThreads(kMaxThreads));
  // Controllers ping every second so that a vanished host is noticed; by default a gRPC server
  // takes that for an attack. One that pings much faster is one, and is cut off.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 500);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
}

}  // namespace

AgentServer::AgentServer(AgentOptions options, const Clock* clock)
    : options_(std::move(options)), service_(&options_, clock) {}

AgentServer::~AgentServer() { Shutdown(); }

absl::StatusOr<std::unique_ptr<AgentServer>> AgentServer::Start(AgentOptions options,
                                                                const std::string& grpc_address,
                                                                const Clock* clock) {
  std::unique_ptr<AgentServer> agent(new AgentServer(std::move(options), clock));
  grpc::EnableDefaultHealthCheckService(true);
  ASSIGN_OR_RETURN(agent->credentials_, MakeCredentials(agent->options_, clock));
  grpc::ServerBuilder builder;
  LimitCallers(builder);
  builder.AddListeningPort(grpc_address, agent->credentials_, &agent->port_);
  // Two agents on one port would each get some of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 2000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 3000);
  builder.RegisterService(&agent->service_);
  if (!IsTaken(grpc_address)) agent->server_ = builder.BuildAndStart();
  if (agent->server_ == nullptr || (agent->port_ == 0 && grpc_address.rfind("unix:", 0) != 0)) {
    return absl::UnavailableError(
        StrCat("cannot listen on ", grpc_address,
               "; is another agent running there? Choose another port with "
               "--listen"));
  }
  if (!agent->options_.health_grpc_address.empty()) {
    ASSIGN_OR_RETURN(agent->health_, HealthServer::Start(agent->options_.health_grpc_address));
  }
  agent->SetServing(true);
  return agent;
}

void AgentServer::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface* const health = server_->GetHealthCheckService();
  health->SetServingStatus("", serving);
  health->SetServingStatus(v1::AgentService::service_full_name(), serving);
  if (health_ != nullptr) health_->SetServing(serving);
}

void AgentServer::Drain(const std::string& reason) {
  SetServing(false);
  service_.Drain(reason);
}

void AgentServer::Shutdown() {
  if (server_ == nullptr) return;
  service_.Shutdown();
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(kShutdownSeconds));
  server_->Wait();
  server_ = nullptr;
}

}  // namespace monsoon
