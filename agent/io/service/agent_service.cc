#include "agent/io/service/agent_service.h"

#include <string>
#include <thread>
#include <utility>

#include "agent/io/service/messages.h"
#include "agent/io/service/stream_writer.h"
#include "common/process/give_way.h"
#include "common/wire/protocol.h"

namespace monsoon {
namespace {

constexpr absl::Duration kHousekeeping = absl::Hours(1);

grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

}  // namespace

grpc::Status AgentService::TurnAway(const grpc::ServerContext& context, ControlStream* stream,
                                    v1::Refusal refusal) {
  options_.observer->On(Refused{context.peer(), refusal.message()});
  v1::ControlResponse response;
  *response.mutable_refusal() = std::move(refusal);
  stream->Write(response);
  return grpc::Status::OK;
}

grpc::Status AgentService::Admit(grpc::ServerContext* context,
                                 std::unique_ptr<Doorkeeper::Visit>* visit) {
  grpc::Status admitted = door_.Admit(context, visit);
  if (!admitted.ok()) options_.observer->On(Refused{context->peer(), admitted.error_message()});
  return admitted;
}

AgentService::AgentService(const AgentOptions* options, const Clock* clock)
    : options_(*options),
      clock_(*clock),
      spools_(options->spool_folder, options->spool_limits, clock,
              [this](const SpoolFacts& spool, const std::string& reason) {
                options_.observer->On(SpoolDeleted{spool.name, spool.bytes, reason});
              }),
      door_(options->tls ? &options->tls->controllers : nullptr, clock),
      registry_(options->instance_id),
      housekeeper_([this] { KeepHouse(); }) {}

AgentService::~AgentService() {
  Shutdown();
  housekeeper_.join();
}

void AgentService::KeepHouse() {
  GiveWay();
  for (bool over = false; !over;) {
    spools_.Expire();
    absl::MutexLock lock(&mutex_);
    over = mutex_.AwaitWithTimeout(absl::Condition(&shut_down_), kHousekeeping);
  }
}

grpc::Status AgentService::Control(grpc::ServerContext* context, ControlStream* stream) {
  std::unique_ptr<Doorkeeper::Visit> visit;
  grpc::Status admitted = Admit(context, &visit);
  if (admitted.ok()) return Greet(context, stream, *visit);
  if (admitted.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
    v1::ControlResponse response;
    *response.mutable_refusal() = MakeRefusal(v1::Refusal::CODE_TOO_MANY, admitted.error_message());
    response.mutable_refusal()->set_retry_after_ms(1000);
    stream->Write(response);
    return grpc::Status::OK;
  }
  return admitted;
}

grpc::Status AgentService::Greet(grpc::ServerContext* context, ControlStream* stream,
                                 Doorkeeper::Visit& visit) {
  v1::ControlRequest request;
  if (!stream->Read(&request)) return grpc::Status::OK;
  if (!request.has_hello()) {
    return TurnAway(
        *context, stream,
        MakeRefusal(v1::Refusal::CODE_BAD_MESSAGE, "expected Hello as the first message"));
  }
  const v1::Hello hello = request.hello();
  if (hello.protocol_version() != kProtocolVersion) {
    return TurnAway(*context, stream,
                    MakeVersionRefusal(hello.controller_version(), hello.protocol_version()));
  }
  if (hello.purpose() != v1::Hello::PURPOSE_RUN) {
    visit.Extend(Doorkeeper::kInspectionNs);
    return Inspect(*context, stream);
  }
  if (const absl::Status fair = CheckHello(hello); !fair.ok()) {
    return TurnAway(*context, stream,
                    MakeRefusal(v1::Refusal::CODE_BAD_MESSAGE, std::string(fair.message())));
  }
  visit.End();
  return ServeRun(context, stream, hello);
}

grpc::Status AgentService::Inspect(const grpc::ServerContext& context, ControlStream* stream) {
  options_.observer->On(Inspected{context.peer()});
  v1::ControlResponse response;
  v1::Welcome* welcome = response.mutable_welcome();
  *welcome = MakeWelcome(options_);
  {
    absl::MutexLock lock(&mutex_);
    welcome->set_epoch(registry_.epoch());
    ObserveHolder();
    const std::string run_id = registry_.HeldBy(clock_.MonotonicNs());
    welcome->set_busy(!run_id.empty());
    welcome->set_run_id(run_id);
    welcome->set_draining(registry_.draining());
    if (session_ != nullptr) {
      welcome->mutable_limits()->set_used_concurrency(session_->concurrency());
    }
  }
  stream->Write(response);
  v1::ControlRequest request;
  while (stream->Read(&request)) {
    if (!request.has_ping()) {
      return TurnAway(context, stream,
                      MakeRefusal(v1::Refusal::CODE_BAD_MESSAGE, "an inspection may only Ping"));
    }
    *response.mutable_pong() = MakePong(request.ping(), clock_);
    stream->Write(response);
  }
  return grpc::Status::OK;
}

void AgentService::ObserveHolder() {
  if (session_ != nullptr) registry_.Observe(session_->lease_until_ns(), session_->has_control());
}

std::optional<v1::Refusal> AgentService::Enter(const grpc::ServerContext& context,
                                               const v1::Hello& hello,
                                               std::shared_ptr<AgentSession>& session) {
  if (!hello.has_resume()) return Take(context, hello, session);
  absl::MutexLock lock(&mutex_);
  const SessionRegistry::Verdict verdict =
      registry_.Resume(hello.run_id(), hello.resume().instance_id(), hello.resume().epoch());
  // There is none for a moment while one that has lost the agent winds up.
  const bool found = verdict.answer == SessionRegistry::Answer::kFound && session_ != nullptr;
  if (!found) return MakeRefusal(verdict);
  session = session_;
  return std::nullopt;
}

std::optional<v1::Refusal> AgentService::Take(const grpc::ServerContext& context,
                                              const v1::Hello& hello,
                                              std::shared_ptr<AgentSession>& session) {
  const int64_t lease_ns = hello.lease_ms() == 0 ? kDefaultLeaseNs : hello.lease_ms() * kNsPerMs;
  const int64_t now_ns = clock_.MonotonicNs();
  SessionRegistry::Verdict verdict;
  std::shared_ptr<AgentSession> evicted;
  {
    absl::MutexLock lock(&mutex_);
    ObserveHolder();
    verdict = registry_.Take(hello.run_id(), now_ns, now_ns + lease_ns);
    if (verdict.answer != SessionRegistry::Answer::kTaken) return MakeRefusal(verdict);
    evicted = session_ != nullptr ? std::move(session_) : leaving_.lock();
    session_ = nullptr;
    leaving_ = evicted;
  }
  if (evicted != nullptr) {
    evicted->Close("its lease had run out, and another run took the agent");
    evicted->BreakStreams();
  }
  absl::MutexLock lock(&mutex_);
  if (shut_down_) {
    registry_.End(verdict.epoch);
    return MakeRefusal(v1::Refusal::CODE_DRAINING, "this agent is being stopped");
  }
  // That may have taken longer than the lease, and another run may have the agent by now.
  const uint64_t epoch = verdict.epoch;
  verdict = registry_.Resume(hello.run_id(), options_.instance_id, epoch);
  if (verdict.answer != SessionRegistry::Answer::kFound) {
    return MakeRefusal(v1::Refusal::CODE_BUSY, verdict.sentence);
  }
  options_.observer->On(RunTaken{.run_id = hello.run_id(),
                                 .controller = context.peer(),
                                 .controller_version = hello.controller_version(),
                                 .epoch = epoch,
                                 .lease_ns = lease_ns});
  session =
      std::make_shared<AgentSession>(&options_, &clock_, &spools_, hello.run_id(), epoch, lease_ns);
  session_ = session;
  if (!draining_.empty()) session->Drain(draining_);
  return std::nullopt;
}

grpc::Status AgentService::ServeRun(grpc::ServerContext* context, ControlStream* stream,
                                    const v1::Hello& hello) {
  std::shared_ptr<AgentSession> session;
  if (auto refusal = Enter(*context, hello, session); refusal) {
    return TurnAway(*context, stream, *std::move(refusal));
  }
  v1::Welcome welcome = MakeWelcome(options_);
  welcome.set_epoch(session->epoch());
  welcome.set_resumed(hello.has_resume());
  ControlOutbox outbox;
  absl::Status status = session->AttachControl(
      &outbox, [context] { context->TryCancel(); }, hello.resume().received_control(),
      std::move(welcome));
  if (!status.ok()) {
    options_.observer->On(Refused{context->peer(), std::string(status.message())});
    return ToGrpc(status);
  }
  if (hello.has_resume()) options_.observer->On(RunResumed{hello.run_id(), context->peer()});
  StreamWriter writer(context, stream, [&] { return outbox.Pop(); });
  v1::ControlRequest request;
  while (status.ok() && !session->over() && stream->Read(&request)) {
    status = session->OnControl(request);
  }
  // A stream that broke, or lost a message, may be taken up again; anything else ends the run.
  const bool goes_on = status.ok() || absl::IsDataLoss(status);
  // Before the next stream can say that it has taken the run up.
  if (goes_on && !session->over()) {
    options_.observer->On(ControlBroken{
        hello.run_id(), status.ok() ? "the connection ended" : std::string(status.message())});
  }
  session->DetachControl();
  if (!goes_on) End(session, std::string(status.message()));
  if (session->over()) End(session, "");
  session = nullptr;
  outbox.Close();
  writer.Finish();
  return ToGrpc(status);
}

void AgentService::End(const std::shared_ptr<AgentSession>& session, const std::string& why) {
  session->Close(why);
  session->BreakStreams();
  absl::MutexLock lock(&mutex_);
  registry_.End(session->epoch());
  if (session_ == session) session_ = nullptr;
}

std::shared_ptr<AgentSession> AgentService::FindSession(const v1::Attach& attach) const {
  absl::MutexLock lock(&mutex_);
  const SessionRegistry::Verdict verdict =
      registry_.Resume(attach.run_id(), attach.instance_id(), attach.epoch());
  return verdict.answer == SessionRegistry::Answer::kFound ? session_ : nullptr;
}

grpc::Status AgentService::Data(grpc::ServerContext* context, DataStream* stream) {
  std::unique_ptr<Doorkeeper::Visit> visit;
  if (grpc::Status admitted = Admit(context, &visit); !admitted.ok()) return admitted;
  v1::DataRequest request;
  if (!stream->Read(&request)) return grpc::Status::OK;
  visit->End();
  std::shared_ptr<AgentSession> session =
      request.has_attach() ? FindSession(request.attach()) : nullptr;
  if (session == nullptr) {
    return {grpc::StatusCode::FAILED_PRECONDITION,
            "a Data stream must begin with Attach, for the run that holds this agent"};
  }
  const absl::StatusOr<AgentSession::DataPass> pass =
      session->AttachData([context] { context->TryCancel(); });
  if (!pass.ok()) return ToGrpc(pass.status());
  v1::DataResponse attached;
  attached.mutable_attached()->set_received_data(pass->received);
  stream->Write(attached);
  // Both directions have a thread of their own, for gRPC's would keep the low priority and may make
  // the next run's load threads.
  absl::Status unread;  // why a record cannot be read back
  bool gave_way = false;
  StreamWriter writer(context, stream, [&]() -> std::optional<v1::DataResponse> {
    if (!std::exchange(gave_way, true)) GiveWay();
    auto next = session->NextData(pass->pass);
    if (next.ok()) return *std::move(next);
    unread = next.status();
    context->TryCancel();
    return std::nullopt;
  });
  absl::Status status;
  std::thread reader([&] {
    GiveWay();
    while (status.ok() && stream->Read(&request)) status = session->OnData(request);
  });
  reader.join();
  session->DetachData(pass->pass);
  writer.Finish();
  if (!unread.ok()) status = absl::InternalError(unread.message());
  // What was received is not sent again, so an error in it would be a hole: it ends the run.
  if (!status.ok() && !absl::IsDataLoss(status)) End(session, std::string(status.message()));
  return ToGrpc(status);
}

}  // namespace monsoon
