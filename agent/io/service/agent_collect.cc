// The part of AgentService that hands out what a run left behind.
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/io/service/agent_service.h"
#include "agent/io/service/messages.h"
#include "agent/io/spool/spool_store.h"
#include "common/base/str_cat.h"
#include "common/wire/protocol.h"

namespace monsoon {
namespace {

constexpr uint32_t kInUseRetryMs = 1000;
constexpr uint32_t kNoRoomRetryMs = 5000;

// CANCELLED when the stream broke; another error: not all of it can be read.
absl::Status Send(const StoredSpool& spool, AgentService::CollectStream* stream) {
  v1::CollectResponse response;
  v1::CollectedSession* session = response.mutable_session();
  session->set_instance_id(spool.session().instance_id);
  session->set_epoch(spool.session().epoch);
  session->set_hostname(spool.session().hostname);
  session->set_last_sequence(spool.last_sequence());
  session->set_acknowledged(spool.acknowledged());
  if (!stream->Write(response)) return absl::CancelledError("the stream broke");
  return spool.ForEach([&](EntryKind kind, std::string_view payload) {
    const auto size = static_cast<int>(payload.size());
    const bool parsed = kind == EntryKind::kBatch
                            ? response.mutable_record_batch()->ParseFromArray(payload.data(), size)
                            : response.mutable_case_done()->ParseFromArray(payload.data(), size);
    // Its checksum holds, so another version wrote it: that is for nobody here to read.
    return !parsed || stream->Write(response);
  });
}

}  // namespace

grpc::Status AgentService::TurnAway(const grpc::ServerContext& context, CollectStream* stream,
                                    v1::Refusal refusal) {
  options_.observer->On(Refused{context.peer(), refusal.message()});
  v1::CollectResponse response;
  *response.mutable_refusal() = std::move(refusal);
  stream->Write(response);
  return grpc::Status::OK;
}

grpc::Status AgentService::Collect(grpc::ServerContext* context, CollectStream* stream) {
  std::unique_ptr<Doorkeeper::Visit> visit;
  if (grpc::Status admitted = Admit(context, &visit); !admitted.ok()) return admitted;
  v1::CollectRequest request;
  if (!stream->Read(&request)) return grpc::Status::OK;
  visit->End();
  if (!request.has_open()) {
    return TurnAway(
        *context, stream,
        MakeRefusal(v1::Refusal::CODE_BAD_MESSAGE, "expected CollectOpen as the first message"));
  }
  const v1::CollectOpen open = request.open();
  if (open.protocol_version() != kProtocolVersion) {
    return TurnAway(*context, stream,
                    MakeVersionRefusal(open.controller_version(), open.protocol_version()));
  }
  if (auto refusal = GiveUp(open.run_id()); refusal)
    return TurnAway(*context, stream, *std::move(refusal));
  SpoolStore::Found found = spools_.Find(open.run_id());
  if (found.in_use) {
    v1::Refusal refusal =
        MakeRefusal(v1::Refusal::CODE_BUSY,
                    StrCat("what run ", open.run_id(), " left here is being written or collected"));
    refusal.set_retry_after_ms(kInUseRetryMs);
    return TurnAway(*context, stream, std::move(refusal));
  }
  if (found.spools.empty()) {
    return TurnAway(*context, stream,
                    MakeRefusal(v1::Refusal::CODE_UNKNOWN_SESSION,
                                StrCat("nothing of run ", open.run_id(), " is here")));
  }
  for (const StoredSpool& spool : found.spools) {
    const absl::Status sent = Send(spool, stream);
    if (absl::IsCancelled(sent)) return grpc::Status::OK;
    if (!sent.ok()) return {grpc::StatusCode::UNAVAILABLE, std::string(sent.message())};
  }
  v1::CollectResponse end;
  end.mutable_end()->set_sessions(static_cast<uint32_t>(found.spools.size()));
  stream->Write(end);
  SpoolCollected collected{.run_id = open.run_id(),
                           .controller = context->peer(),
                           .sessions = static_cast<int64_t>(found.spools.size())};
  while (stream->Read(&request)) {
    if (request.has_ack()) collected.confirmed += Delete(request.ack(), found.spools);
  }
  options_.observer->On(collected);
  return grpc::Status::OK;
}

std::optional<v1::Refusal> AgentService::PutAway(const std::string& run_id) {
  std::shared_ptr<AgentSession> session;
  {
    absl::MutexLock lock(&mutex_);
    ObserveHolder();
    if (session_ == nullptr || session_->run_id() != run_id) return std::nullopt;
    if (registry_.HeldBy(clock_.MonotonicNs()) == run_id) return std::nullopt;
    session = session_;
  }
  const absl::Status put_away = session->PutAway();
  if (put_away.ok()) return std::nullopt;
  v1::Refusal refusal = MakeRefusal(
      v1::Refusal::CODE_BUSY,
      StrCat("what run ", run_id, " left here is in memory: ", ToStd(put_away.message())));
  refusal.set_retry_after_ms(kNoRoomRetryMs);
  return refusal;
}

std::optional<v1::Refusal> AgentService::GiveUp(const std::string& run_id) {
  // Who gives up what is only in memory loses it.
  if (auto refusal = PutAway(run_id); refusal) return refusal;
  std::shared_ptr<AgentSession> session;
  {
    absl::MutexLock lock(&mutex_);
    ObserveHolder();
    const SessionRegistry::Verdict verdict = registry_.Collect(run_id, clock_.MonotonicNs());
    if (verdict.answer == SessionRegistry::Answer::kSameRunHeld) return MakeRefusal(verdict);
    // One that has lost the agent already may not have written its records yet.
    session = session_ != nullptr ? session_ : leaving_.lock();
    if (session == nullptr || session->run_id() != run_id) return std::nullopt;
    leaving_ = session;
    session_ = nullptr;
  }
  session->Close("its lease had run out, and its records were collected");
  session->BreakStreams();
  return std::nullopt;
}

int64_t AgentService::Delete(const v1::CollectAck& ack, std::vector<StoredSpool>& spools) {
  int64_t deleted = 0;
  for (StoredSpool& spool : spools) {
    const bool named =
        spool.session().instance_id == ack.instance_id() && spool.session().epoch == ack.epoch();
    if (!named || ack.sequence() < spool.last_sequence()) continue;
    spool.Remove();
    ++deleted;
  }
  return deleted;
}

}  // namespace monsoon
