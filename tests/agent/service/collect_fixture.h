// A service whose agent has a place for spools, and whoever collects them.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "common/wire/protocol.h"
#include "tests/agent/service/service_fixture.h"
#include "tests/agent/spool/spool_folder.h"

namespace monsoon {

class CollectTest : public ServiceTest {
 protected:
  using Response = v1::CollectResponse;

  struct Collected {
    v1::Refusal refusal;
    std::vector<v1::CollectedSession> sessions;
    std::vector<v1::RequestRecord> records;
    std::vector<v1::CaseDone> ends;
    std::string order;  // S, B and D as they came
  };

  AgentOptions MakeOptions() override {
    AgentOptions options = ServiceTest::MakeOptions();
    options.spool_folder = spools_.path();
    options.spool_memory_bytes = memory_bytes_;
    options.spool_limits = limits_;
    return options;
  }

  // Another process on the same machine: another instance.
  void Restart() {
    AgentOptions options = MakeOptions();
    options.instance_id = "started again";
    StartServer(options);
  }

  Collected Collect(bool acknowledge, uint32_t version = kProtocolVersion) {
    const auto stub = ConnectTo(port());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const auto stream = stub->Collect(&context);
    v1::CollectRequest request;
    request.mutable_open()->set_protocol_version(version);
    request.mutable_open()->set_controller_version("9.9.9");
    request.mutable_open()->set_run_id("run");
    stream->Write(request);
    Collected collected;
    Response response;
    while (stream->Read(&response) && !response.has_end()) Note(response, collected);
    EXPECT_EQ(response.end().sessions(), collected.sessions.size());
    for (const v1::CollectedSession& session : collected.sessions) {
      request.mutable_ack()->set_instance_id(session.instance_id());
      request.mutable_ack()->set_epoch(session.epoch());
      request.mutable_ack()->set_sequence(session.last_sequence());
      if (acknowledge) stream->Write(request);
    }
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
    return collected;
  }

  static void Note(const Response& response, Collected& collected) {
    switch (response.message_case()) {
      case Response::kRefusal:
        collected.refusal = response.refusal();
        break;
      case Response::kSession:
        collected.sessions.push_back(response.session());
        collected.order += "S";
        break;
      case Response::kRecordBatch:
        collected.records.insert(collected.records.end(), response.record_batch().records().begin(),
                                 response.record_batch().records().end());
        collected.order += "B";
        break;
      case Response::kCaseDone:
        collected.ends.push_back(response.case_done());
        collected.order += "D";
        break;
      default:
        ADD_FAILURE() << response.ShortDebugString();
    }
  }

  // `count` requests are under way, and answered at the engine's leisure.
  void StartCase(const LiveEngine& engine, uint64_t count) {
    PrepareCase(engine);
    data_->Work(0, 0, count);
    control_->AwaitProgress(count, 0);
    control_->Start(0, clock_.MonotonicNs());
  }
  void LoseController() {
    control_->Cancel();
    data_->Cancel();
  }
  static std::multiset<int> Statuses(const std::vector<v1::RequestRecord>& records) {
    std::multiset<int> statuses;
    for (const v1::RequestRecord& record : records) statuses.insert(record.status());
    return statuses;
  }

  SpoolFolder spools_;
  int64_t memory_bytes_ = 1 << 20;
  SpoolStore::Limits limits_;
  LiveEngine engine_{3, 2 * kNsPerMs, kNsPerMs};
  LiveEngine endless_{1'000'000, kNsPerMs, 5 * kNsPerMs};
};

}  // namespace monsoon
