#include "tests/agent/service/raw_client.h"

#include <gtest/gtest.h>

#include <chrono>
#include <utility>

#include "common/wire/convert_case.h"
#include "common/wire/convert_probe.h"
#include "common/wire/protocol.h"

namespace monsoon {
namespace {

std::chrono::system_clock::time_point Patience() {
  return std::chrono::system_clock::now() + std::chrono::seconds(20);
}

}  // namespace

std::unique_ptr<v1::AgentService::Stub> ConnectTo(int port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return v1::AgentService::NewStub(grpc::CreateCustomChannel(
      "ipv4:127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments));
}

RawControl::RawControl(int port) : stub_(ConnectTo(port)) {
  context_.set_deadline(Patience());
  stream_ = stub_->Control(&context_);
}

bool RawControl::Send(v1::ControlRequest request) {
  if (next_number_ > 0 && !request.has_hello() && !request.has_ping()) {
    request.set_number(next_number_++);
  }
  return stream_->Write(request);
}

void RawControl::Hello(v1::Hello::Purpose purpose, uint32_t lease_ms, const std::string& run_id) {
  v1::ControlRequest request;
  request.mutable_hello()->set_protocol_version(kProtocolVersion);
  request.mutable_hello()->set_run_id(run_id);
  request.mutable_hello()->set_purpose(purpose);
  request.mutable_hello()->set_lease_ms(lease_ms);
  Send(request);
}

void RawControl::Resume(const v1::Welcome& welcome, uint64_t received, const std::string& run_id) {
  v1::ControlRequest request;
  v1::Hello* hello = request.mutable_hello();
  hello->set_protocol_version(kProtocolVersion);
  hello->set_run_id(run_id);
  hello->set_purpose(v1::Hello::PURPOSE_RUN);
  hello->mutable_resume()->set_instance_id(welcome.instance_id());
  hello->mutable_resume()->set_epoch(welcome.epoch());
  hello->mutable_resume()->set_received_control(received);
  Send(request);
}

void RawControl::Ping(uint64_t id, int64_t lease_until_agent_ns, uint64_t received) {
  v1::ControlRequest request;
  request.mutable_ping()->set_id(id);
  request.mutable_ping()->set_lease_until_agent_ns(lease_until_agent_ns);
  request.mutable_ping()->set_received_control(received);
  Send(request);
}

void RawControl::Resize(int32_t case_index, uint64_t concurrency) {
  v1::ControlRequest request;
  request.mutable_resize()->set_case_index(case_index);
  request.mutable_resize()->set_concurrency(concurrency);
  Send(request);
}

void RawControl::EndRun() {
  v1::ControlRequest request;
  request.mutable_end_run();
  Send(request);
}

void RawControl::Probe(const ProbeOrder& order) {
  v1::ControlRequest request;
  ToProto(order, request.mutable_probe());
  Send(request);
}

void RawControl::Prepare(const AgentCase& agent_case) {
  v1::ControlRequest request;
  ToProto(agent_case, request.mutable_prepare()->mutable_case_spec());
  Send(request);
}

void RawControl::Start(int32_t case_index, int64_t start_at_agent_ns) {
  v1::ControlRequest request;
  request.mutable_start()->set_case_index(case_index);
  request.mutable_start()->set_start_at_agent_ns(start_at_agent_ns);
  Send(request);
}

void RawControl::FinishCase(int32_t case_index) {
  v1::ControlRequest request;
  request.mutable_finish_case()->set_case_index(case_index);
  Send(request);
}

void RawControl::Stop(int32_t case_index, v1::Stop::Mode mode) {
  v1::ControlRequest request;
  request.mutable_stop()->set_case_index(case_index);
  request.mutable_stop()->set_mode(mode);
  Send(request);
}

void RawControl::Recall(uint64_t count) {
  v1::ControlRequest request;
  request.mutable_recall()->set_count(count);
  Send(request);
}

std::optional<v1::ControlResponse> RawControl::Read() {
  v1::ControlResponse response;
  if (!stream_->Read(&response)) return std::nullopt;
  return response;
}

v1::ControlResponse RawControl::Await(Kind kind) {
  while (std::optional<v1::ControlResponse> response = Read()) {
    if (response->message_case() == kind) return *std::move(response);
    if (!response->has_progress()) {
      ADD_FAILURE() << "expected message " << kind << ", got " << response->ShortDebugString();
      return {};
    }
  }
  ADD_FAILURE() << "the Control stream ended before message " << kind;
  return {};
}

void RawControl::AwaitProgress(uint64_t received, uint64_t finished) {
  for (;;) {
    const v1::ControlResponse response = Await(Kind::kProgress);
    if (::testing::Test::HasFailure()) return;
    const v1::Progress& progress = response.progress();
    if (progress.received() >= received && progress.finished() >= finished) return;
  }
}

grpc::Status RawControl::Close() {
  stream_->WritesDone();
  while (Read()) {
  }
  return stream_->Finish();
}

RawData::RawData(int port) : stub_(ConnectTo(port)) {
  context_.set_deadline(Patience());
  stream_ = stub_->Data(&context_);
}

bool RawData::Send(v1::DataRequest request) {
  if (next_number_ > 0 && !request.has_attach() && !request.has_record_ack()) {
    request.set_number(next_number_++);
  }
  return stream_->Write(request);
}

bool RawData::Attach(const std::string& run_id, const v1::Welcome& welcome) {
  v1::DataRequest request;
  request.mutable_attach()->set_run_id(run_id);
  request.mutable_attach()->set_instance_id(welcome.instance_id());
  request.mutable_attach()->set_epoch(welcome.epoch());
  v1::DataResponse response;
  const bool attached = Send(request) && stream_->Read(&response) && response.has_attached();
  received_ = response.attached().received_data();
  return attached;
}

void RawData::Work(int32_t case_index, uint64_t first, uint64_t count) {
  const Item item{ItemKind::kPrompt, "Why does it rain?"};
  const ItemId id = ComputeItemId(item.kind, item.content);
  v1::DataRequest items;
  ToProto(id, item, items.mutable_items()->add_items());
  Send(items);
  v1::DataRequest work;
  work.mutable_work()->set_case_index(case_index);
  for (uint64_t index = first; index < first + count; ++index) {
    v1::WorkEntry* entry = work.mutable_work()->add_entries();
    entry->set_request_index(index);
    entry->set_item_id(ItemIdBytes(id));
  }
  Send(work);
}

void RawData::Acknowledge(uint64_t sequence) {
  v1::DataRequest request;
  request.mutable_record_ack()->set_sequence(sequence);
  Send(request);
}

std::optional<v1::RecordBatch> RawData::Read() {
  v1::DataResponse response;
  if (!stream_->Read(&response) || !response.has_record_batch()) return std::nullopt;
  return response.record_batch();
}

std::vector<v1::RequestRecord> RawData::ReadTo(uint64_t last_sequence) {
  std::vector<v1::RequestRecord> records;
  for (uint64_t sequence = 0; sequence < last_sequence;) {
    const std::optional<v1::RecordBatch> batch = Read();
    if (!batch) {
      ADD_FAILURE() << "the Data stream ended after batch " << sequence;
      break;
    }
    sequence = batch->sequence();
    records.insert(records.end(), batch->records().begin(), batch->records().end());
  }
  return records;
}

grpc::Status RawData::Close() {
  stream_->WritesDone();
  return Finish();
}

grpc::Status RawData::Finish() {
  v1::DataResponse response;
  while (stream_->Read(&response)) {
  }
  return stream_->Finish();
}

}  // namespace monsoon
