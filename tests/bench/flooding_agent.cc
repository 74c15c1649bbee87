#include "tests/bench/flooding_agent.h"

#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "absl/synchronization/notification.h"

#include "common/model/gap_codec.h"
#include "common/version.h"
#include "common/wire/convert_record.h"
#include "common/wire/protocol.h"
#include "monsoon/v1/agent.grpc.pb.h"

namespace monsoon::bench {
namespace {

constexpr int64_t kSlotNs = 1'100'000'000;  // from one dispatch of a slot to its next

// Well spread values of [0, size).
int64_t Spread(uint64_t x, int64_t size) {
  x = (x + 1) * 0x9e3779b97f4a7c15u;
  x ^= x >> 31;
  x *= 0xbf58476d1ce4e5b9u;
  x ^= x >> 29;
  return static_cast<int64_t>(x % static_cast<uint64_t>(size));
}

class FloodService final : public v1::AgentService::Service {
 public:
  FloodService(const RecordMaker& maker, uint64_t records) : maker_(maker), records_(records) {}

  grpc::Status Control(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::ControlResponse, v1::ControlRequest>* stream) override {
    v1::ControlRequest request;
    if (!stream->Read(&request)) return grpc::Status::OK;
    v1::ControlResponse response;
    response.mutable_welcome()->set_protocol_version(kProtocolVersion);
    response.mutable_welcome()->set_agent_version(kVersion);
    response.mutable_welcome()->set_epoch(1);
    stream->Write(response);
    while (stream->Read(&request)) {
    }
    hung_up_.Notify();
    return grpc::Status::OK;
  }

  grpc::Status Data(grpc::ServerContext*,
                    grpc::ServerReaderWriter<v1::DataResponse, v1::DataRequest>* stream) override {
    v1::DataRequest request;
    v1::DataResponse response;
    response.mutable_attached();
    if (!stream->Read(&request) || !stream->Write(response)) return grpc::Status::OK;
    uint64_t next = 0;
    uint64_t sequence = 0;
    while (next < records_) {
      FillBatch(++sequence, next, response.mutable_record_batch());
      if (!stream->Write(response)) return grpc::Status::OK;
    }
    while (stream->Read(&request)) {
    }
    return grpc::Status::OK;
  }

  void WaitForHangUp() { hung_up_.WaitForNotification(); }

 private:
  void FillBatch(uint64_t sequence, uint64_t& next, v1::RecordBatch* batch) {
    batch->Clear();
    batch->set_sequence(sequence);
    for (int64_t bytes = 0; bytes < kBatchBytes && next < records_; ++next) {
      maker_.Make(next, record_);
      ToProto(record_, batch->add_records());
      bytes += 120 + static_cast<int64_t>(record_.gaps.size());  // as RecordBatcher estimates
    }
  }

  const RecordMaker& maker_;
  const uint64_t records_;
  RequestRecord record_;
  absl::Notification hung_up_;
};

}  // namespace

void RecordMaker::Make(uint64_t index, RequestRecord& record) const {
  const auto slots = static_cast<uint64_t>(concurrency_);
  const auto round = static_cast<int64_t>(index / slots);
  record.request_index = index;
  record.status = RequestStatus::kOk;
  record.http_status = 200;
  record.intended_ns = round * kSlotNs + static_cast<int64_t>(index % slots) * 1'000;
  record.dispatched_ns = record.intended_ns + 5'000 + Spread(index, 20'000);
  record.sent_ns = record.dispatched_ns + 40'000 + Spread(index + 1, 10'000);
  record.first_token_ns = record.sent_ns + 50'000'000 + Spread(index + 2, 9'000'000);
  record.headers_ns = record.first_event_ns = record.first_token_ns - 100'000;
  record.first_content_ns = record.first_token_ns;
  record.first_token_lag_ns = 8'000 + Spread(index + 3, 30'000);
  record.input_tokens = 100 + Spread(index + 4, 1'000);
  record.output_tokens = record.token_events = gaps_ + 1;
  record.first_chunk_tokens = 1;
  record.token_source = TokenSource::kUsage;
  record.received_bytes = 180 * record.output_tokens;
  record.finish_reason = "length";
  record.gaps.clear();
  record.last_token_ns = record.first_token_ns;
  for (int64_t i = 0; i < gaps_; ++i) {
    const int64_t gap_ns = 9'500'000 + Spread(index * 131 + static_cast<uint64_t>(i), 1'000'000);
    AppendGap({gap_ns, false}, record.gaps);
    record.last_token_ns += gap_ns;
  }
  record.done_ns = record.last_token_ns + 60'000 + Spread(index + 5, 30'000);
}

void ServeFlood(const RecordMaker& maker, uint64_t records, int port_file) {
  FloodService service(maker, records);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.SetMaxSendMessageSize(kMaxMessageBytes);
  // As agent_server.cc has it: controllers ping often.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 500);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) throw std::runtime_error("the flooding agent cannot listen");
  if (write(port_file, &port, sizeof(port)) != sizeof(port)) {
    throw std::runtime_error("the flooding agent cannot say its port");
  }
  service.WaitForHangUp();
  server->Shutdown();
}

}  // namespace monsoon::bench
