#include "controller/io/agents/grpc_agent_link.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/wire/convert_case.h"
#include "common/wire/convert_record.h"
#include "controller/io/agents/agent_events.h"

namespace monsoon {
namespace {

// How long the agent gets to end its side before the connection is cut.
constexpr absl::Duration kCloseTimeout = absl::Seconds(3);
// How long one stream may go on after the other has ended.
constexpr absl::Duration kGrace = absl::Seconds(1);

template <typename Message, typename Stream>
void WriteAll(BlockingQueue<Message>& queue, Stream& stream) {
  while (std::optional<Message> message = queue.Pop()) {
    if (!stream.Write(*message)) return;  // the reader learns why
  }
  stream.WritesDone();
}

}  // namespace

GrpcAgentLink::GrpcAgentLink(size_t index, const Clock* clock, AgentInbox* inbox,
                             RecordsHook on_records)
    : index_(index), clock_(*clock), inbox_(*inbox), on_records_(std::move(on_records)) {}

absl::StatusOr<std::unique_ptr<GrpcAgentLink>> GrpcAgentLink::Connect(
    const AgentTarget& target, const std::string& run_id, size_t index, const Clock* clock,
    AgentInbox* inbox, RecordsHook on_records) {
  std::unique_ptr<GrpcAgentLink> link(
      new GrpcAgentLink(index, clock, inbox, std::move(on_records)));
  RETURN_IF_ERROR(link->Open(target, run_id));
  RETURN_IF_ERROR(link->Attach(target, run_id));
  link->StartThreads();
  return link;
}

absl::Status GrpcAgentLink::Open(const AgentTarget& target, const std::string& run_id) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, OpenChannel(target));
  control_stub_ = v1::AgentService::NewStub(channel);
  control_ = control_stub_->Control(&control_context_);
  ASSIGN_OR_RETURN(
      info_, SayHello(target, run_id, v1::Hello::PURPOSE_RUN, &control_context_, control_.get()));
  return absl::OkStatus();
}

absl::Status GrpcAgentLink::Attach(const AgentTarget& target, const std::string& run_id) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, OpenChannel(target));
  data_stub_ = v1::AgentService::NewStub(channel);
  data_ = data_stub_->Data(&data_context_);
  v1::DataRequest request;
  request.mutable_attach()->set_run_id(run_id);
  request.mutable_attach()->set_instance_id(info_.instance_id);
  request.mutable_attach()->set_epoch(info_.epoch);
  v1::DataResponse response;
  if (data_->Write(request) && data_->Read(&response) && response.has_attached()) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(StrCat(
      "agent ", target.name, " did not accept the data stream: ", StreamEndText(data_->Finish())));
}

void GrpcAgentLink::StartThreads() {
  threads_.emplace_back([this] { WriteAll(control_out_, *control_); });
  threads_.emplace_back([this] { WriteAll(data_out_, *data_); });
  threads_.emplace_back([this] { ReadControl(); });
  threads_.emplace_back([this] { ReadData(); });
}

GrpcAgentLink::~GrpcAgentLink() {
  {
    absl::MutexLock lock(&mutex_);  // wakes TakeTurn()
    closing_ = true;
  }
  control_out_.Close();
  data_out_.Close();
  if (threads_.empty()) {
    control_context_.TryCancel();
    data_context_.TryCancel();
    return;
  }
  if (!control_ended_.WaitForNotificationWithTimeout(kCloseTimeout)) {
    control_context_.TryCancel();
    data_context_.TryCancel();
  }
  for (std::thread& thread : threads_) thread.join();
}

void GrpcAgentLink::ReadControl() {
  v1::ControlResponse response;
  while (control_->Read(&response)) HearControl(response);
  NoteReason(StreamEndText(control_->Finish()));
  control_over_.Notify();
  // What has already arrived on Data still counts; without Control it ends by itself, mostly.
  if (!data_ended_.WaitForNotificationWithTimeout(kGrace)) {
    data_context_.TryCancel();
    data_ended_.WaitForNotification();
  }
  if (!closing_) {
    absl::MutexLock lock(&mutex_);
    Post(LostEvent{lost_reason_});  // the last event of all
  }
  control_ended_.Notify();
}

void GrpcAgentLink::ReadData() {
  v1::DataResponse response;
  while (data_->Read(&response)) {
    if (response.has_record_batch()) HearRecords(response.record_batch());
  }
  const std::string reason = StreamEndText(data_->Finish());
  data_ended_.Notify();
  // An agent that ends the run breaks Data off and says why on Control: that word comes first.
  // Otherwise it must not go on without a way for its records: breaking Control off stops it.
  if (!closing_ && !control_over_.WaitForNotificationWithTimeout(kGrace)) BreakOff(reason);
}

void GrpcAgentLink::HearControl(const v1::ControlResponse& response) {
  switch (response.message_case()) {
    case v1::ControlResponse::kPong:
      Post(PongEvent{{.sent_controller_ns = response.pong().sent_controller_ns(),
                      .received_agent_ns = response.pong().received_agent_ns(),
                      .sent_agent_ns = response.pong().sent_agent_ns(),
                      .received_controller_ns = clock_.MonotonicNs()}});
      break;
    case v1::ControlResponse::kReady:
      Post(ReadyEvent{static_cast<int32_t>(response.ready().case_index()), response.ready().error(),
                      response.ready().engine_address()});
      break;
    case v1::ControlResponse::kProgress:
      Post(ToEvent(response.progress()));
      break;
    case v1::ControlResponse::kRecalled:
      Post(RecalledEvent{{response.recalled().request_indices().begin(),
                          response.recalled().request_indices().end()}});
      break;
    case v1::ControlResponse::kCaseDone: {
      absl::StatusOr<CaseDoneEvent> event = ToEvent(response.case_done());
      if (event.ok()) {
        Post(*std::move(event));
      } else {
        BreakOff(StrCat("it sent a lag histogram that cannot be read: ",
                        ToStd(event.status().message())));
      }
      break;
    }
    default:
      BreakOff("it sent a message that this controller does not know; install the same version");
  }
}

void GrpcAgentLink::HearRecords(const v1::RecordBatch& batch) {
  RecordsEvent event;
  event.case_index = static_cast<int32_t>(batch.case_index());
  event.sequence = batch.sequence();
  event.records.reserve(batch.records_size());
  for (const v1::RequestRecord& proto : batch.records()) {
    absl::StatusOr<RequestRecord> record = FromProto(proto);
    if (!record.ok()) {
      BreakOff(std::string(record.status().message()));
      return;
    }
    event.records.push_back(*std::move(record));
  }
  if (on_records_) on_records_(event.case_index, event.records);
  TakeTurn(event.sequence);
  Post(std::move(event));
}

void GrpcAgentLink::TakeTurn(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &GrpcAgentLink::HasTurn));
  last_posted_ = std::max(last_posted_, sequence);
}

void GrpcAgentLink::Post(decltype(AgentEvent::body) body) {
  inbox_.Push(AgentEvent{index_, std::move(body)});
}

void GrpcAgentLink::NoteReason(const std::string& reason) {
  absl::MutexLock lock(&mutex_);
  if (lost_reason_.empty()) lost_reason_ = reason;
}

void GrpcAgentLink::BreakOff(const std::string& reason) {
  NoteReason(reason);
  control_context_.TryCancel();
}

void GrpcAgentLink::Ping(uint64_t id, int64_t now_ns) {
  v1::ControlRequest request;
  request.mutable_ping()->set_id(id);
  request.mutable_ping()->set_sent_controller_ns(now_ns);
  control_out_.Push(std::move(request));
}

void GrpcAgentLink::Prepare(const AgentCase& agent_case) {
  v1::ControlRequest request;
  ToProto(agent_case, request.mutable_prepare()->mutable_case_spec());
  control_out_.Push(std::move(request));
}

void GrpcAgentLink::Start(int32_t case_index, int64_t start_at_agent_ns) {
  v1::ControlRequest request;
  request.mutable_start()->set_case_index(case_index);
  request.mutable_start()->set_start_at_agent_ns(start_at_agent_ns);
  control_out_.Push(std::move(request));
}

void GrpcAgentLink::SendItem(const ItemId& id, const Item& item) {
  v1::DataRequest request;
  ToProto(id, item, request.mutable_items()->add_items());
  data_out_.Push(std::move(request));
}

void GrpcAgentLink::DropItems(std::span<const ItemId> ids) {
  v1::DataRequest request;
  for (const ItemId& id : ids) request.mutable_drop_items()->add_ids(ItemIdBytes(id));
  data_out_.Push(std::move(request));
}

void GrpcAgentLink::SendWork(int32_t case_index, std::span<const WorkEntry> entries) {
  v1::DataRequest request;
  request.mutable_work()->set_case_index(case_index);
  for (const WorkEntry& entry : entries) {
    v1::WorkEntry* proto = request.mutable_work()->add_entries();
    proto->set_request_index(entry.request_index);
    proto->set_item_id(ItemIdBytes(entry.item));
    proto->set_warmup(entry.warmup);
    if (entry.intended_ns != kNever) proto->set_intended_ns(entry.intended_ns);
  }
  data_out_.Push(std::move(request));
}

void GrpcAgentLink::Recall(uint64_t count) {
  v1::ControlRequest request;
  request.mutable_recall()->set_count(count);
  control_out_.Push(std::move(request));
}

void GrpcAgentLink::FinishCase(int32_t case_index) {
  v1::ControlRequest request;
  request.mutable_finish_case()->set_case_index(case_index);
  control_out_.Push(std::move(request));
}

void GrpcAgentLink::Stop(int32_t case_index, StopMode mode) {
  v1::ControlRequest request;
  request.mutable_stop()->set_case_index(case_index);
  request.mutable_stop()->set_mode(mode == StopMode::kDrain ? v1::Stop::MODE_DRAIN
                                                            : v1::Stop::MODE_CANCEL);
  control_out_.Push(std::move(request));
}

void GrpcAgentLink::Acknowledge(uint64_t sequence) {
  {
    absl::MutexLock lock(&mutex_);
    acknowledged_ = std::max(acknowledged_, sequence);
  }
  v1::DataRequest request;
  request.mutable_record_ack()->set_sequence(sequence);
  data_out_.Push(std::move(request));
}

}  // namespace monsoon
