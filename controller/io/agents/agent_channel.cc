#include "controller/io/agents/agent_channel.h"

#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>

#include <cstdlib>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/version.h"
#include "common/wire/protocol.h"
#include "controller/core/report/clean_text.h"
#include "controller/io/agents/tls_diagnosis.h"

namespace monsoon {
namespace {

// How often it is looked whether to stop.
constexpr int64_t kSliceNs = 50'000'000;
constexpr absl::Duration kSlice = absl::Nanoseconds(kSliceNs);

bool Stopped(const std::atomic<bool>* stop) { return stop != nullptr && stop->load(); }

AgentInfo ToInfo(const AgentTarget& target, const v1::Welcome& welcome) {
  AgentInfo info;
  info.name = target.name;
  info.hostname = welcome.hostname();
  info.version = welcome.agent_version();
  info.instance_id = welcome.instance_id();
  info.epoch = welcome.epoch();
  info.load_threads = welcome.limits().load_threads();
  info.max_concurrency = static_cast<int64_t>(welcome.limits().max_concurrency());
  info.item_cache_bytes = static_cast<int64_t>(welcome.limits().item_cache_bytes());
  info.max_queued_work = static_cast<int64_t>(welcome.limits().max_queued_work());
  info.engine_types.assign(welcome.engine_types().begin(), welcome.engine_types().end());
  info.busy = welcome.busy();
  info.own_name = welcome.name();
  info.protocol = welcome.protocol_version();
  info.run_id = welcome.run_id();
  info.draining = welcome.draining();
  info.cores = static_cast<int64_t>(welcome.limits().cores());
  info.used_concurrency = static_cast<int64_t>(welcome.limits().used_concurrency());
  return info;
}

// gRPC writes its own view of failures to stderr, beside our sentences; with GRPC_VERBOSITY set, it
// may.
void QuietGrpc() {
  static const bool once = [] {
    if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
    return true;
  }();
  static_cast<void>(once);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(
    const AgentTarget& target) {
  if (!target.tls.all()) return grpc::InsecureChannelCredentials();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  ASSIGN_OR_RETURN(
      const TlsMaterial material,
      ReadTlsFiles(target.tls, std::chrono::duration_cast<std::chrono::seconds>(now).count()));
  return grpc::SslCredentials({.pem_root_certs = material.ca.pem,
                               .pem_private_key = material.key_pem.Reveal(),
                               .pem_cert_chain = material.cert.pem});
}

// OK once it is connected. What TLS forbids will not get better by waiting.
absl::Status AwaitFirstConnection(grpc::Channel& channel, const AgentTarget& target,
                                  const std::atomic<bool>* stop, int64_t timeout_ns) {
  bool diagnosed = false;
  for (int64_t waited_ns = 0; waited_ns < timeout_ns; waited_ns += kSliceNs) {
    if (Stopped(stop)) break;
    const auto until = std::chrono::system_clock::now() + std::chrono::nanoseconds(kSliceNs);
    if (channel.WaitForConnected(until)) return absl::OkStatus();
    if (diagnosed || channel.GetState(false) != GRPC_CHANNEL_TRANSIENT_FAILURE) continue;
    diagnosed = true;
    const std::string found = DiagnoseTls(target);
    if (!found.empty()) return absl::FailedPreconditionError(found);
  }
  return absl::UnavailableError(StrCat(
      "agent ", target.name, " cannot be reached: nobody answered for ", ToSeconds(timeout_ns),
      " s. Is it running there (`agent --listen HOST:PORT`), and is the port open?"));
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const AgentTarget& target,
                                                           const std::atomic<bool>* stop,
                                                           const DialPatience& patience) {
  QuietGrpc();
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  // A host that vanished is noticed within 5 s.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 2000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 3000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Tried again every 0.1 to 1 s; one try may take 2 s, for hosts that do not even refuse.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // The name that the user wrote is what the certificate must be for, whichever of its addresses
  // this agent has.
  if (target.tls.all()) arguments.SetSslTargetNameOverride(target.host);
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> credentials,
                   MakeCredentials(target));
  std::shared_ptr<grpc::Channel> channel =
      grpc::CreateCustomChannel(target.grpc, credentials, arguments);
  RETURN_IF_ERROR(AwaitFirstConnection(*channel, target, stop, patience.connect_ns));
  return channel;
}

v1::Hello MakeHello(const std::string& run_id, v1::Hello::Purpose purpose, int64_t lease_ns) {
  v1::Hello hello;
  hello.set_protocol_version(kProtocolVersion);
  hello.set_controller_version(kVersion);
  hello.set_run_id(run_id);
  hello.set_purpose(purpose);
  hello.set_lease_ms(static_cast<uint32_t>(lease_ns / 1'000'000));
  return hello;
}

absl::StatusOr<v1::ControlResponse> ExchangeHello(const AgentTarget& target, const v1::Hello& hello,
                                                  grpc::ClientContext* context,
                                                  ControlClientStream* stream,
                                                  const std::atomic<bool>* stop,
                                                  const DialPatience& patience) {
  v1::ControlRequest request;
  *request.mutable_hello() = hello;
  // A stream has no deadline of its own, so somebody has to watch.
  absl::Notification answered;
  std::thread watchdog([&] {
    const absl::Time until = absl::Now() + absl::Nanoseconds(patience.answer_ns);
    while (!answered.WaitForNotificationWithTimeout(kSlice)) {
      if (absl::Now() < until && !Stopped(stop)) continue;
      context->TryCancel();
      return;
    }
  });
  v1::ControlResponse response;
  const bool spoke = stream->Write(request) && stream->Read(&response);
  answered.Notify();
  watchdog.join();
  if (spoke) return response;
  const grpc::Status ended = stream->Finish();
  if (ended.error_code() == grpc::StatusCode::PERMISSION_DENIED) {
    return absl::PermissionDeniedError(StrCat(
        "agent ", target.name, " refused this controller: ", CleanText(ended.error_message())));
  }
  return absl::UnavailableError(StrCat("agent ", target.name,
                                       " did not answer Hello: ", StreamEndText(ended),
                                       ". Is it a Monsoon agent that listens there?"));
}

absl::StatusOr<AgentInfo> ReadWelcome(const AgentTarget& target,
                                      const v1::ControlResponse& response) {
  if (response.has_refusal()) {
    return absl::FailedPreconditionError(StrCat(
        "agent ", target.name, " refused the run: ", CleanText(response.refusal().message())));
  }
  if (!response.has_welcome()) {
    return absl::FailedPreconditionError(StrCat(
        "agent ", target.name, " did not answer Hello with Welcome; is it a Monsoon agent?"));
  }
  if (response.welcome().protocol_version() != kProtocolVersion) {
    return absl::FailedPreconditionError(StrCat(
        "agent ", target.name, " (version ", CleanText(response.welcome().agent_version()),
        ") speaks protocol ", response.welcome().protocol_version(), ", this controller (version ",
        kVersion, ") speaks protocol ", kProtocolVersion, "; install the same version of both"));
  }
  return ToInfo(target, response.welcome());
}

absl::StatusOr<AgentInfo> SayHello(const AgentTarget& target, const std::string& run_id,
                                   v1::Hello::Purpose purpose, grpc::ClientContext* context,
                                   ControlClientStream* stream) {
  ASSIGN_OR_RETURN(const v1::ControlResponse response,
                   ExchangeHello(target, MakeHello(run_id, purpose), context, stream));
  return ReadWelcome(target, response);
}

std::string StreamEndText(const grpc::Status& status) {
  if (status.ok()) return "the agent closed the connection";
  if (status.error_message().empty()) return StrCat("gRPC status ", status.error_code());
  return CleanText(status.error_message());
}

}  // namespace monsoon
