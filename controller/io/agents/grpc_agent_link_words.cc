// GrpcAgentLink: what the run says, as messages.
#include <algorithm>
#include <utility>

#include "common/wire/convert_case.h"
#include "common/wire/convert_probe.h"
#include "controller/io/agents/grpc_agent_link.h"

namespace monsoon {

void GrpcAgentLink::SendNumbered(v1::ControlRequest request) {
  absl::MutexLock lock(&mutex_);
  const ControlMessage message = control_kept_.Add(std::move(request));
  if (connection_ != nullptr) connection_->Send(message);
}

void GrpcAgentLink::SendNumbered(v1::DataRequest request) {
  absl::MutexLock lock(&mutex_);
  const DataMessage message = data_kept_.Add(std::move(request));
  if (connection_ != nullptr) connection_->Send(message);
}

bool GrpcAgentLink::Ping(uint64_t id, int64_t now_ns, int64_t lease_until_agent_ns) {
  v1::ControlRequest request;
  request.mutable_ping()->set_id(id);
  request.mutable_ping()->set_sent_controller_ns(now_ns);
  request.mutable_ping()->set_lease_until_agent_ns(lease_until_agent_ns);
  absl::MutexLock lock(&mutex_);
  if (connection_ == nullptr) return false;
  request.mutable_ping()->set_received_control(control_received_.highest());
  connection_->Send(std::make_shared<const v1::ControlRequest>(std::move(request)));
  return true;
}

void GrpcAgentLink::Acknowledge(uint64_t sequence) {
  v1::DataRequest request;
  request.mutable_record_ack()->set_sequence(sequence);
  absl::MutexLock lock(&mutex_);
  acknowledged_ = std::max(acknowledged_, sequence);
  if (connection_ == nullptr) return;
  connection_->Send(std::make_shared<const v1::DataRequest>(std::move(request)));
}

int64_t GrpcAgentLink::backlog_bytes() const {
  absl::MutexLock lock(&mutex_);
  return data_kept_.bytes();
}

void GrpcAgentLink::Probe(const ProbeOrder& order) {
  v1::ControlRequest request;
  ToProto(order, request.mutable_probe());
  SendNumbered(std::move(request));
}

void GrpcAgentLink::Prepare(const AgentCase& agent_case) {
  v1::ControlRequest request;
  ToProto(agent_case, request.mutable_prepare()->mutable_case_spec());
  SendNumbered(std::move(request));
}

void GrpcAgentLink::Start(int32_t case_index, int64_t start_at_agent_ns) {
  v1::ControlRequest request;
  request.mutable_start()->set_case_index(case_index);
  request.mutable_start()->set_start_at_agent_ns(start_at_agent_ns);
  SendNumbered(std::move(request));
}

void GrpcAgentLink::SendItem(const ItemId& id, const Item& item) {
  v1::DataRequest request;
  ToProto(id, item, request.mutable_items()->add_items());
  SendNumbered(std::move(request));
}

void GrpcAgentLink::DropItems(std::span<const ItemId> ids) {
  v1::DataRequest request;
  for (const ItemId& id : ids) request.mutable_drop_items()->add_ids(ItemIdBytes(id));
  SendNumbered(std::move(request));
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
  SendNumbered(std::move(request));
}

void GrpcAgentLink::Recall(uint64_t count) {
  v1::ControlRequest request;
  request.mutable_recall()->set_count(count);
  SendNumbered(std::move(request));
}

void GrpcAgentLink::Resize(int32_t case_index, int64_t concurrency, double rate_per_s) {
  v1::ControlRequest request;
  request.mutable_resize()->set_case_index(case_index);
  request.mutable_resize()->set_concurrency(static_cast<uint64_t>(concurrency));
  request.mutable_resize()->set_rate_per_s(rate_per_s);
  SendNumbered(std::move(request));
}

void GrpcAgentLink::FinishCase(int32_t case_index) {
  v1::ControlRequest request;
  request.mutable_finish_case()->set_case_index(case_index);
  SendNumbered(std::move(request));
}

void GrpcAgentLink::Stop(int32_t case_index, StopMode mode) {
  v1::ControlRequest request;
  request.mutable_stop()->set_case_index(case_index);
  request.mutable_stop()->set_mode(mode == StopMode::kDrain ? v1::Stop::MODE_DRAIN
                                                            : v1::Stop::MODE_CANCEL);
  SendNumbered(std::move(request));
}

}  // namespace monsoon
