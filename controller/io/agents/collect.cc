#include "controller/io/agents/collect.h"

#include <grpcpp/grpcpp.h>

#include <optional>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "common/version.h"
#include "common/wire/convert_record.h"
#include "common/wire/protocol.h"
#include "controller/core/report/clean_text.h"
#include "controller/io/agents/agent_channel.h"
#include "controller/io/agents/agent_events.h"
#include "monsoon/v1/agent.grpc.pb.h"

namespace monsoon {
namespace {

using CollectStream = grpc::ClientReaderWriter<v1::CollectRequest, v1::CollectResponse>;

constexpr int64_t kDefaultRetryNs = kNsPerS;

// One call.
class Collector {
 public:
  Collector(const AgentTarget& target, CollectStream* stream, CollectSink* sink)
      : target_(target), stream_(*stream), sink_(*sink) {}

  absl::StatusOr<CollectOutcome> Run(const std::string& run_id) {
    v1::CollectRequest request;
    request.mutable_open()->set_protocol_version(kProtocolVersion);
    request.mutable_open()->set_controller_version(kVersion);
    request.mutable_open()->set_run_id(run_id);
    stream_.Write(request);
    v1::CollectResponse response;
    while (!outcome_ && stream_.Read(&response)) RETURN_IF_ERROR(Hear(response));
    stream_.WritesDone();
    while (outcome_ && stream_.Read(&response)) continue;
    const grpc::Status ended = stream_.Finish();
    if (outcome_) return *std::move(outcome_);
    if (ended.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
      return absl::FailedPreconditionError(StrCat(
          "agent ", target_.name, " cannot give back what a run left; install the same version"));
    }
    return absl::UnavailableError(StrCat(
        "agent ", target_.name, " broke off while it was collected from: ", StreamEndText(ended)));
  }

 private:
  absl::Status Hear(const v1::CollectResponse& response) {
    switch (response.message_case()) {
      case v1::CollectResponse::kRefusal:
        return HearRefusal(response.refusal());
      case v1::CollectResponse::kSession:
        RETURN_IF_ERROR(EndSession());
        session_ = {.instance_id = response.session().instance_id(),
                    .epoch = response.session().epoch(),
                    .hostname = response.session().hostname(),
                    .last_sequence = response.session().last_sequence(),
                    .acknowledged = response.session().acknowledged()};
        return absl::OkStatus();
      case v1::CollectResponse::kRecordBatch:
        return session_ ? HearRecords(response.record_batch()) : Nonsense();
      case v1::CollectResponse::kCaseDone: {
        if (!session_) return Nonsense();
        absl::StatusOr<CaseDoneEvent> done = ToEvent(response.case_done());
        if (!done.ok()) return Nonsense();
        return sink_.OnCaseDone(*session_, *std::move(done));
      }
      case v1::CollectResponse::kEnd:
        RETURN_IF_ERROR(EndSession());
        outcome_ = CollectOutcome{.kind = CollectOutcome::Kind::kCollected, .sessions = sessions_};
        return absl::OkStatus();
      default:
        return Nonsense();
    }
  }

  absl::Status HearRefusal(const v1::Refusal& refusal) {
    CollectOutcome outcome{.message = CleanText(refusal.message())};
    switch (refusal.code()) {
      case v1::Refusal::CODE_UNKNOWN_SESSION:
        outcome.kind = CollectOutcome::Kind::kNothing;
        break;
      case v1::Refusal::CODE_BUSY:
      case v1::Refusal::CODE_TOO_MANY:
        outcome.kind = CollectOutcome::Kind::kBusy;
        outcome.retry_after_ns =
            refusal.retry_after_ms() > 0 ? refusal.retry_after_ms() * kNsPerMs : kDefaultRetryNs;
        break;
      default:
        return absl::FailedPreconditionError(
            StrCat("agent ", target_.name, " gives nothing back: ", CleanText(refusal.message())));
    }
    outcome_ = std::move(outcome);
    return absl::OkStatus();
  }

  absl::Status HearRecords(const v1::RecordBatch& batch) {
    RecordsEvent event;
    event.case_index = static_cast<int32_t>(batch.case_index());
    event.sequence = batch.sequence();
    event.records.reserve(static_cast<size_t>(batch.records_size()));
    for (const v1::RequestRecord& proto : batch.records()) {
      absl::StatusOr<RequestRecord> record = FromProto(proto);
      if (!record.ok()) return Nonsense();
      event.records.push_back(*std::move(record));
    }
    return sink_.OnRecords(*session_, std::move(event));
  }

  absl::Status EndSession() {
    if (!session_) return absl::OkStatus();
    RETURN_IF_ERROR(sink_.OnSessionEnd(*session_));
    v1::CollectRequest request;
    request.mutable_ack()->set_instance_id(session_->instance_id);
    request.mutable_ack()->set_epoch(session_->epoch);
    request.mutable_ack()->set_sequence(session_->last_sequence);
    stream_.Write(request);
    session_.reset();
    ++sessions_;
    return absl::OkStatus();
  }

  absl::Status Nonsense() const {
    return absl::FailedPreconditionError(
        StrCat("agent ", target_.name,
               " sent what this controller does not understand; install the same version of both"));
  }

  const AgentTarget& target_;
  CollectStream& stream_;
  CollectSink& sink_;
  std::optional<SpooledSession> session_;
  std::optional<CollectOutcome> outcome_;
  int64_t sessions_ = 0;
};

}  // namespace

absl::StatusOr<CollectOutcome> CollectFrom(const AgentTarget& target, const std::string& run_id,
                                           CollectSink& sink) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, OpenChannel(target));
  const auto stub = v1::AgentService::NewStub(channel);
  grpc::ClientContext context;
  const std::unique_ptr<CollectStream> stream = stub->Collect(&context);
  absl::StatusOr<CollectOutcome> outcome = Collector(target, stream.get(), &sink).Run(run_id);
  if (!outcome.ok()) context.TryCancel();
  return outcome;
}

}  // namespace monsoon
