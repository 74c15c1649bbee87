#include "controller/io/agents/grpc_agent_link.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/wire/convert_probe.h"
#include "common/wire/convert_record.h"
#include "controller/core/report/clean_text.h"
#include "controller/io/agents/agent_events.h"

namespace monsoon {
namespace {

constexpr absl::Duration kFirstBackoff = absl::Milliseconds(100);
constexpr absl::Duration kLongestBackoff = absl::Seconds(1);

// A try that hangs must leave time for another one within the lease.
DialPatience PatienceWithin(int64_t lease_ns) {
  const int64_t each_ns = std::clamp<int64_t>(lease_ns / 4, kNsPerS, 5 * kNsPerS);
  return {.connect_ns = each_ns, .answer_ns = each_ns};
}

}  // namespace

GrpcAgentLink::GrpcAgentLink(AgentTarget target, LinkOptions options)
    : target_(std::move(target)),
      options_(std::move(options)),
      clock_(*options_.clock),
      inbox_(*options_.inbox) {}

absl::StatusOr<std::unique_ptr<GrpcAgentLink>> GrpcAgentLink::Connect(const AgentTarget& target,
                                                                      LinkOptions options) {
  std::unique_ptr<GrpcAgentLink> link(new GrpcAgentLink(target, std::move(options)));
  RETURN_IF_ERROR(link->Open());
  link->supervisor_ = std::thread([raw = link.get()] { raw->Supervise(); });
  return link;
}

absl::Status GrpcAgentLink::Open() {
  RETURN_IF_ERROR(OpenChannels(options_.stop, {}));
  auto connection =
      std::make_shared<AgentConnection>(target_, control_channel_, data_channel_, options_.stop);
  ASSIGN_OR_RETURN(
      const v1::ControlResponse welcome,
      connection->Hello(MakeHello(options_.run_id, v1::Hello::PURPOSE_RUN, options_.lease_ns)));
  ASSIGN_OR_RETURN(info_, ReadWelcome(target_, welcome));
  ASSIGN_OR_RETURN(const uint64_t received_data, connection->Attach(AttachMessage()));
  return Use(std::move(connection), 0, received_data);
}

// Afresh each time: a connection may have died without anybody having been told, and certificates
// may have been replaced.
absl::Status GrpcAgentLink::OpenChannels(const std::atomic<bool>* stop,
                                         const DialPatience& patience) {
  ASSIGN_OR_RETURN(control_channel_, OpenChannel(target_, stop, patience));
  ASSIGN_OR_RETURN(data_channel_, OpenChannel(target_, stop, patience));
  return absl::OkStatus();
}

v1::Attach GrpcAgentLink::AttachMessage() const {
  v1::Attach attach;
  attach.set_run_id(options_.run_id);
  attach.set_instance_id(info_.instance_id);
  attach.set_epoch(info_.epoch);
  return attach;
}

absl::Status GrpcAgentLink::Use(std::shared_ptr<AgentConnection> connection,
                                uint64_t received_control, uint64_t received_data) {
  absl::MutexLock lock(&mutex_);
  if (!control_kept_.Acknowledge(received_control) || !data_kept_.Acknowledge(received_data)) {
    return absl::DataLossError("it says that it received what was never sent");
  }
  control_kept_.ForEachKept([&](const ControlMessage& message) { connection->Send(message); });
  data_kept_.ForEachKept([&](const DataMessage& message) { connection->Send(message); });
  if (acknowledged_ > 0) {
    v1::DataRequest request;
    request.mutable_record_ack()->set_sequence(acknowledged_);
    connection->Send(std::make_shared<const v1::DataRequest>(std::move(request)));
  }
  connection->Start([this](const v1::ControlResponse& response) { HearControl(response); },
                    [this](const v1::DataResponse& response) { HearData(response); });
  if (close_asked_) connection->AskToClose();
  connection_ = std::move(connection);
  return absl::OkStatus();
}

GrpcAgentLink::~GrpcAgentLink() {
  Close(/*run_is_over=*/true);
  if (supervisor_.joinable()) supervisor_.join();
}

void GrpcAgentLink::DialAgain() {
  absl::MutexLock lock(&mutex_);
  if (connection_ != nullptr) connection_->BreakOff("nothing was heard over it");
}

void GrpcAgentLink::Close(bool run_is_over) {
  absl::MutexLock lock(&mutex_);
  if (close_asked_) return;
  close_asked_ = true;
  run_is_over_ = run_is_over;
  closing_ = true;
  if (connection_ != nullptr) connection_->AskToClose();
}

void GrpcAgentLink::Supervise() {
  for (;;) {
    std::shared_ptr<AgentConnection> connection;
    {
      absl::MutexLock lock(&mutex_);
      connection = connection_;
    }
    connection->AwaitEnd();
    if (closing_) CloseConnection(*connection);
    bool for_good = false;
    {
      absl::MutexLock lock(&mutex_);  // wakes TakeTurn()
      connection_ = nullptr;
      for_good = for_good_;
    }
    const std::string reason = connection->Join();
    if (closing_) return;
    using Kind = ConnectionEvent::Kind;
    Post(ConnectionEvent{for_good ? Kind::kBrokenOff : Kind::kBroken, reason});
    if (for_good) return;
    absl::Duration backoff = kFirstBackoff;
    Reconnection reconnection = Reconnection::kTryAgain;
    while (reconnection == Reconnection::kTryAgain) {
      {
        absl::MutexLock lock(&mutex_);
        mutex_.AwaitWithTimeout(absl::Condition(&close_asked_), backoff);
        if (close_asked_) return;
      }
      backoff = std::min(2 * backoff, kLongestBackoff);
      reconnection = Reconnect(reason);
    }
    if (reconnection == Reconnection::kOver) return;
    Post(ConnectionEvent{Kind::kRestored, ""});
  }
}

void GrpcAgentLink::CloseConnection(AgentConnection& connection) {
  ControlMessage last;
  {
    absl::MutexLock lock(&mutex_);
    connection_ = nullptr;  // what is still read goes nowhere
    v1::ControlRequest request;
    request.mutable_end_run();
    if (run_is_over_) last = control_kept_.Add(std::move(request));
  }
  connection.CloseGently(last);
}

GrpcAgentLink::Reconnection GrpcAgentLink::Reconnect(const std::string& reason) {
  const DialPatience patience = PatienceWithin(options_.lease_ns);
  if (!OpenChannels(&closing_, patience).ok()) return Reconnection::kTryAgain;
  auto connection = std::make_shared<AgentConnection>(target_, control_channel_, data_channel_,
                                                      &closing_, patience);
  v1::Hello hello = MakeHello(options_.run_id, v1::Hello::PURPOSE_RUN, options_.lease_ns);
  hello.mutable_resume()->set_instance_id(info_.instance_id);
  hello.mutable_resume()->set_epoch(info_.epoch);
  {
    absl::MutexLock lock(&mutex_);
    hello.mutable_resume()->set_received_control(control_received_.highest());
  }
  const absl::StatusOr<v1::ControlResponse> answer = connection->Hello(hello);
  if (!answer.ok()) return Reconnection::kTryAgain;
  if (const std::string why = WhyOver(*answer); !why.empty()) {
    Post(ConnectionEvent{ConnectionEvent::Kind::kDead, StrCat(reason, "; ", why)});
    return Reconnection::kOver;
  }
  if (!answer->has_welcome()) return Reconnection::kTryAgain;
  const absl::StatusOr<uint64_t> received_data = connection->Attach(AttachMessage());
  if (!received_data.ok()) return Reconnection::kTryAgain;
  if (const absl::Status used =
          Use(std::move(connection), answer->welcome().received_control(), *received_data);
      !used.ok()) {
    Post(ConnectionEvent{ConnectionEvent::Kind::kBrokenOff, std::string(used.message())});
    return Reconnection::kOver;
  }
  return Reconnection::kDone;
}

std::string GrpcAgentLink::WhyOver(const v1::ControlResponse& response) const {
  if (response.has_refusal()) {
    const v1::Refusal& refusal = response.refusal();
    // An agent of another protocol is another process, too.
    const bool over = refusal.code() == v1::Refusal::CODE_UNKNOWN_SESSION ||
                      refusal.code() == v1::Refusal::CODE_PROTOCOL_VERSION;
    return over ? StrCat("what answers there now does not know this run (",
                         CleanText(refusal.message()), ")")
                : "";
  }
  if (!response.has_welcome()) return "";
  const v1::Welcome& welcome = response.welcome();
  const bool same = welcome.resumed() && welcome.instance_id() == info_.instance_id &&
                    welcome.epoch() == info_.epoch;
  return same ? "" : "it was started again";
}

void GrpcAgentLink::HearControl(const v1::ControlResponse& response) {
  heard_ns_.store(clock_.MonotonicNs(), std::memory_order_relaxed);
  {
    absl::MutexLock lock(&mutex_);
    switch (control_received_.Take(response.number())) {
      case ReceivedNumbers::Verdict::kNew:
        break;
      case ReceivedNumbers::Verdict::kRepeated:
        return;
      case ReceivedNumbers::Verdict::kGap:
        if (connection_ != nullptr) connection_->BreakOff("a message was missing");
        return;
    }
  }
  if (response.has_pong()) return HearPong(response.pong());
  absl::StatusOr<decltype(AgentEvent::body)> event = ToEvent(response);
  if (event.ok()) {
    Post(*std::move(event));
  } else {
    BreakOffForGood(std::string(event.status().message()));
  }
}

void GrpcAgentLink::HearPong(const v1::Pong& pong) {
  const int64_t now_ns = clock_.MonotonicNs();
  bool sane = false;
  {
    absl::MutexLock lock(&mutex_);
    sane = control_kept_.Acknowledge(pong.received_control()) &&
           data_kept_.Acknowledge(pong.received_data());
  }
  if (!sane) return BreakOffForGood("it says that it received what was never sent");
  Post(PongEvent{{.sent_controller_ns = pong.sent_controller_ns(),
                  .received_agent_ns = pong.received_agent_ns(),
                  .sent_agent_ns = pong.sent_agent_ns(),
                  .received_controller_ns = now_ns}});
}

void GrpcAgentLink::HearData(const v1::DataResponse& response) {
  heard_ns_.store(clock_.MonotonicNs(), std::memory_order_relaxed);
  if (!response.has_record_batch()) return;
  const v1::RecordBatch& batch = response.record_batch();
  {
    absl::MutexLock lock(&mutex_);
    if (batch.sequence() <= last_posted_) return;  // sent again
    if (batch.sequence() != last_posted_ + 1) {
      if (connection_ != nullptr) connection_->BreakOff("a batch of records was missing");
      return;
    }
  }
  RecordsEvent event;
  event.case_index = static_cast<int32_t>(batch.case_index());
  event.sequence = batch.sequence();
  event.records.reserve(batch.records_size());
  for (const v1::RequestRecord& proto : batch.records()) {
    absl::StatusOr<RequestRecord> record = FromProto(proto);
    if (!record.ok()) return BreakOffForGood(std::string(record.status().message()));
    event.records.push_back(*std::move(record));
  }
  if (options_.on_records) options_.on_records(event.case_index, event.records);
  if (TakeTurn(event.sequence)) Post(std::move(event));
}

bool GrpcAgentLink::TakeTurn(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &GrpcAgentLink::HasTurn));
  if (connection_ == nullptr) return false;  // it comes again
  last_posted_ = sequence;
  return true;
}

void GrpcAgentLink::BreakOffForGood(const std::string& reason) {
  absl::MutexLock lock(&mutex_);
  for_good_ = true;
  if (connection_ != nullptr) connection_->BreakOff(reason);
}

void GrpcAgentLink::Post(decltype(AgentEvent::body) body) {
  inbox_.Push(AgentEvent{options_.index, std::move(body)});
}

}  // namespace monsoon
