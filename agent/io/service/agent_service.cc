#include "agent/io/service/agent_service.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"

#include "agent/io/http/open_files.h"
#include "agent/io/service/give_way.h"
#include "agent/io/service/messages.h"
#include "common/base/str_cat.h"
#include "common/model/engine_type.h"
#include "common/version.h"
#include "common/wire/protocol.h"

namespace monsoon {
namespace {

constexpr size_t kMaxRunIdBytes = 64;
constexpr uint32_t kMaxLeaseMs = 600'000;

grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

// A thread that first calls `begin`, then writes what comes out of `outbox` until it is closed and
// empty, or the stream breaks.
template <typename Message, typename Stream>
std::thread StartWriter(BlockingQueue<Message>& outbox, Stream* stream, void (*begin)()) {
  return std::thread([&outbox, stream, begin] {
    begin();
    while (std::optional<Message> message = outbox.Pop()) {
      if (!stream->Write(*message)) return;
    }
  });
}

// A run's id becomes part of every request's x-request-id, and its lease is how long this agent
// goes on without hearing from anybody.
absl::Status CheckHello(const v1::Hello& hello) {
  const auto in_ids = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  };
  const std::string& id = hello.run_id();
  if (id.empty() || id.size() > kMaxRunIdBytes || !std::all_of(id.begin(), id.end(), in_ids)) {
    return absl::InvalidArgumentError(
        StrCat("the run's id must be 1 to ", kMaxRunIdBytes, " letters, digits, - and _"));
  }
  if (hello.lease_ms() > kMaxLeaseMs) {
    return absl::InvalidArgumentError(
        StrCat("the controller asks for a lease of ", hello.lease_ms() / 1000,
               " s; this agent grants at most ", kMaxLeaseMs / 1000, " s"));
  }
  return absl::OkStatus();
}

}  // namespace

grpc::Status AgentService::Refuse(const grpc::ServerContext& context, ControlStream* stream,
                                  v1::Refusal::Code code, const std::string& message) {
  v1::ControlResponse response;
  response.mutable_refusal()->set_code(code);
  response.mutable_refusal()->set_message(message);
  response.mutable_refusal()->set_protocol_version(kProtocolVersion);
  if (code == v1::Refusal::CODE_TOO_MANY) response.mutable_refusal()->set_retry_after_ms(1000);
  stream->Write(response);
  options_.observer->On(Refused{context.peer(), message});
  return grpc::Status::OK;
}

v1::Welcome AgentService::MakeWelcome() {
  v1::Welcome welcome;
  {
    absl::MutexLock lock(&mutex_);
    welcome.set_epoch(epoch_);
    welcome.set_busy(taken_);
    if (session_ != nullptr) {
      welcome.set_run_id(session_->run_id());
      welcome.mutable_limits()->set_used_concurrency(session_->concurrency());
    }
    welcome.set_draining(!draining_.empty());
  }
  welcome.set_protocol_version(kProtocolVersion);
  welcome.set_agent_version(kVersion);
  welcome.set_hostname(options_.hostname);
  welcome.set_name(options_.name);
  welcome.set_instance_id(options_.instance_id);
  welcome.mutable_limits()->set_cores(options_.cores);
  welcome.mutable_limits()->set_load_threads(options_.load_threads.count);
  welcome.mutable_limits()->set_max_concurrency(MaxConnections());
  welcome.mutable_limits()->set_item_cache_bytes(options_.item_cache_bytes);
  welcome.mutable_limits()->set_max_queued_work(options_.max_queued_work);
  for (const std::string& name : EngineTypeNames()) welcome.add_engine_types(name);
  return welcome;
}

grpc::Status AgentService::Control(grpc::ServerContext* context, ControlStream* stream) {
  std::unique_ptr<Doorkeeper::Visit> visit;
  const grpc::Status admitted = door_.Admit(context, &visit);
  if (admitted.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
    return Refuse(*context, stream, v1::Refusal::CODE_TOO_MANY, admitted.error_message());
  }
  if (admitted.ok()) return Greet(context, stream, *visit);
  options_.observer->On(Refused{context->peer(), admitted.error_message()});
  return admitted;
}

grpc::Status AgentService::Greet(grpc::ServerContext* context, ControlStream* stream,
                                 Doorkeeper::Visit& visit) {
  v1::ControlRequest request;
  if (!stream->Read(&request)) return grpc::Status::OK;
  if (!request.has_hello()) {
    return Refuse(*context, stream, v1::Refusal::CODE_BAD_MESSAGE,
                  "expected Hello as the first message");
  }
  const v1::Hello hello = request.hello();
  if (hello.protocol_version() != kProtocolVersion) {
    return Refuse(
        *context, stream, v1::Refusal::CODE_PROTOCOL_VERSION,
        StrCat("the controller (version ", hello.controller_version(), ") speaks protocol ",
               hello.protocol_version(), ", this agent (version ", kVersion, ") speaks protocol ",
               kProtocolVersion, "; install the same version of both"));
  }
  if (hello.purpose() != v1::Hello::PURPOSE_RUN) {
    visit.Extend(Doorkeeper::kInspectionNs);
    return Inspect(*context, stream);
  }
  if (const absl::Status fair = CheckHello(hello); !fair.ok()) {
    return Refuse(*context, stream, v1::Refusal::CODE_BAD_MESSAGE, std::string(fair.message()));
  }
  visit.End();
  return ServeRun(context, stream, hello);
}

grpc::Status AgentService::Inspect(const grpc::ServerContext& context, ControlStream* stream) {
  options_.observer->On(Inspected{context.peer()});
  v1::ControlResponse response;
  *response.mutable_welcome() = MakeWelcome();
  stream->Write(response);
  v1::ControlRequest request;
  while (stream->Read(&request)) {
    if (!request.has_ping()) {
      return Refuse(context, stream, v1::Refusal::CODE_BAD_MESSAGE, "an inspection may only Ping");
    }
    *response.mutable_pong() = MakePong(request.ping(), clock_);
    stream->Write(response);
  }
  return grpc::Status::OK;
}

grpc::Status AgentService::ServeRun(grpc::ServerContext* context, ControlStream* stream,
                                    const v1::Hello& hello) {
  uint64_t epoch = 0;
  v1::Refusal refusal;
  {
    absl::MutexLock lock(&mutex_);
    refusal = WhyNotFree();
    if (refusal.code() == v1::Refusal::CODE_UNSPECIFIED) {
      taken_ = true;
      epoch = ++epoch_;
    }
  }
  if (epoch == 0) return Refuse(*context, stream, refusal.code(), refusal.message());
  const absl::Cleanup give_back = [this] {
    absl::MutexLock lock(&mutex_);
    taken_ = false;
    run_context_ = nullptr;
  };

  const int64_t lease_ns = hello.lease_ms() == 0 ? kDefaultLeaseNs : hello.lease_ms() * kNsPerMs;
  options_.observer->On(RunTaken{.run_id = hello.run_id(),
                                 .controller = context->peer(),
                                 .controller_version = hello.controller_version(),
                                 .epoch = epoch,
                                 .lease_ns = lease_ns});
  ControlOutbox outbox;
  auto session =
      std::make_shared<AgentSession>(&options_, &clock_, hello.run_id(), epoch, lease_ns, &outbox);
  {
    absl::MutexLock lock(&mutex_);
    session_ = session;
    run_context_ = context;
    if (!draining_.empty()) session->Drain(draining_);
  }
  v1::ControlResponse response;
  *response.mutable_welcome() = MakeWelcome();
  response.mutable_welcome()->set_busy(false);
  outbox.Push(std::move(response));
  std::thread writer = StartWriter(outbox, stream, [] {});

  absl::Status status;
  v1::ControlRequest request;
  while (status.ok() && stream->Read(&request)) status = session->OnControl(request);

  session->Close();
  {
    absl::MutexLock lock(&mutex_);
    session_ = nullptr;
  }
  // The Data thread holds the session while it is in it; it was told to leave by Close().
  while (session.use_count() > 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  session = nullptr;
  outbox.Close();
  writer.join();
  const std::string broken = context->IsCancelled() ? "the connection broke off" : "";
  options_.observer->On(
      RunEnded{hello.run_id(), status.ok() ? broken : std::string(status.message())});
  return ToGrpc(status);
}

v1::Refusal AgentService::WhyNotFree() const {
  v1::Refusal refusal;
  if (!draining_.empty()) {
    refusal.set_code(v1::Refusal::CODE_DRAINING);
    refusal.set_message(StrCat(draining_, " and takes no new run; use another one"));
  } else if (taken_) {
    refusal.set_code(v1::Refusal::CODE_BUSY);
    refusal.set_message("this agent is busy with another run; wait for it, or stop its controller");
  }
  return refusal;
}

std::shared_ptr<AgentSession> AgentService::FindSession(const v1::Attach& attach) {
  absl::MutexLock lock(&mutex_);
  if (session_ == nullptr || session_->run_id() != attach.run_id() ||
      session_->epoch() != attach.epoch() || attach.instance_id() != options_.instance_id) {
    return nullptr;
  }
  return session_;
}

grpc::Status AgentService::Data(grpc::ServerContext* context, DataStream* stream) {
  std::unique_ptr<Doorkeeper::Visit> visit;
  if (grpc::Status admitted = door_.Admit(context, &visit); !admitted.ok()) return admitted;
  v1::DataRequest request;
  if (!stream->Read(&request)) return grpc::Status::OK;
  visit->End();
  std::shared_ptr<AgentSession> session =
      request.has_attach() ? FindSession(request.attach()) : nullptr;
  if (session == nullptr) {
    return {grpc::StatusCode::FAILED_PRECONDITION,
            "a Data stream must begin with Attach, for the run that holds this agent"};
  }
  DataOutbox outbox;
  absl::Status status = session->AttachData(&outbox, [context] { context->TryCancel(); });
  if (!status.ok()) return ToGrpc(status);
  // Both directions have a thread of their own, for gRPC's would keep the low priority and may make
  // the next run's load threads.
  std::thread writer = StartWriter(outbox, stream, &GiveWay);
  std::thread reader([&] {
    GiveWay();
    while (status.ok() && stream->Read(&request)) status = session->OnData(request);
  });
  reader.join();
  session->DetachData();
  session = nullptr;
  outbox.Close();
  writer.join();
  return ToGrpc(status);
}

void AgentService::Shutdown() {
  absl::MutexLock lock(&mutex_);
  if (run_context_ != nullptr) run_context_->TryCancel();
}

}  // namespace monsoon
