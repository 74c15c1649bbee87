#include "agent/io/service/health_check.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <chrono>
#include <string>
#include <vector>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr char kMethod[] = "/grpc.health.v1.Health/Check";
// HealthCheckResponse is one field, `ServingStatus status = 1`, and SERVING is 1.
constexpr char kServing[] = "\x08\x01";

// HealthCheckRequest without a service (the server as a whole) is the empty message.
grpc::ByteBuffer EmptyMessage() {
  const grpc::Slice empty;
  return {&empty, 1};
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(const TlsFiles& tls) {
  namespace tls_api = grpc::experimental;
  if (!tls.all()) return grpc::InsecureChannelCredentials();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  ASSIGN_OR_RETURN(
      const TlsMaterial material,
      ReadTlsFiles(tls, std::chrono::duration_cast<std::chrono::seconds>(now).count()));
  const std::vector<tls_api::IdentityKeyCertPair> identity = {
      {material.key_pem.Reveal(), material.cert.pem}};
  tls_api::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      std::make_shared<tls_api::StaticDataCertificateProvider>(material.ca.pem, identity));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(std::make_shared<tls_api::NoOpCertificateVerifier>());
  return tls_api::TlsCredentials(options);
}

}  // namespace

absl::StatusOr<bool> CheckHealth(const std::string& grpc_address, const TlsFiles& tls,
                                 int64_t timeout_ns) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> credentials,
                   MakeCredentials(tls));
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  grpc::GenericStub stub(grpc::CreateCustomChannel(grpc_address, credentials, arguments));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::nanoseconds(timeout_ns));
  grpc::CompletionQueue queue;
  const grpc::ByteBuffer request = EmptyMessage();
  grpc::ByteBuffer response;
  grpc::Status status;
  const auto call = stub.PrepareUnaryCall(&context, kMethod, request, &queue);
  call->StartCall();
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (status.ok()) return BytesOf(response) == kServing;
  return absl::UnavailableError(StrCat("no answer from ", grpc_address, ": ",
                                       status.error_message(), " (is an agent listening there?)"));
}

}  // namespace monsoon
