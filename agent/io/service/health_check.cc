#include "agent/io/service/health_check.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <string>
#include <vector>

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

}  // namespace

absl::StatusOr<bool> CheckHealth(const std::string& grpc_address,
                                 const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                                 int64_t timeout_ns) {
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
