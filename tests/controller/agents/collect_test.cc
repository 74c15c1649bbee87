// Fetching what a run left on an agent, from one that is played here.
#include "controller/io/agents/collect.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "common/time/clock.h"
#include "common/wire/convert_record.h"
#include "common/wire/protocol.h"
#include "monsoon/v1/agent.grpc.pb.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Says what it was told to say, and remembers what it heard.
class PlayedAgent final : public v1::AgentService::Service {
 public:
  PlayedAgent() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~PlayedAgent() override { server_->Shutdown(); }

  grpc::Status Collect(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::CollectResponse, v1::CollectRequest>* stream) override {
    v1::CollectRequest request;
    if (!stream->Read(&request) || !request.has_open()) return grpc::Status::CANCELLED;
    open = request.open();
    for (const v1::CollectResponse& response : script) stream->Write(response);
    if (breaks_off) return {grpc::StatusCode::UNAVAILABLE, "the spool's disk is gone"};
    while (stream->Read(&request)) {
      absl::MutexLock lock(&mutex_);
      acks_.push_back(request.ack());
    }
    return grpc::Status::OK;
  }
  // A handler may outlive the call that broke it off.
  std::vector<v1::CollectAck> acks() {
    absl::MutexLock lock(&mutex_);
    return acks_;
  }

  AgentTarget target() const {
    return {.name = "played", .grpc = "ipv4:127.0.0.1:" + std::to_string(port_), .local = true};
  }

  void Session(const std::string& instance_id, uint64_t epoch, uint64_t last_sequence) {
    v1::CollectedSession* const session = script.emplace_back().mutable_session();
    session->set_instance_id(instance_id);
    session->set_epoch(epoch);
    session->set_hostname("host");
    session->set_last_sequence(last_sequence);
  }
  void Batch(uint32_t case_index, uint64_t sequence, uint64_t request_index) {
    v1::RecordBatch* const batch = script.emplace_back().mutable_record_batch();
    batch->set_case_index(case_index);
    batch->set_sequence(sequence);
    RequestRecord record;
    record.request_index = request_index;
    record.status = RequestStatus::kCancelled;
    ToProto(record, batch->add_records());
  }
  void CaseDone(uint32_t case_index, uint64_t last_sequence) {
    v1::CaseDone* const done = script.emplace_back().mutable_case_done();
    done->set_case_index(case_index);
    done->set_last_sequence(last_sequence);
    done->set_new_connections(7);
    const std::string histogram = LogHistogram().Serialize();
    done->set_loop_lag_histogram(histogram);
    done->set_kernel_lag_histogram(histogram);
    done->set_timer_lag_histogram(histogram);
  }
  void End() { script.emplace_back().mutable_end(); }
  void Refuse(v1::Refusal::Code code, const std::string& message, uint32_t retry_after_ms) {
    v1::Refusal* const refusal = script.emplace_back().mutable_refusal();
    refusal->set_code(code);
    refusal->set_message(message);
    refusal->set_retry_after_ms(retry_after_ms);
  }

  std::vector<v1::CollectResponse> script;
  bool breaks_off = false;
  v1::CollectOpen open;

 private:
  absl::Mutex mutex_;
  std::vector<v1::CollectAck> acks_ ABSL_GUARDED_BY(mutex_);
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// Writes down what it hears: "a/1 batch 1 of case 0: 3".
class Notes final : public CollectSink {
 public:
  absl::Status OnRecords(const SpooledSession& session, RecordsEvent batch) override {
    return Note(session, "batch " + std::to_string(batch.sequence) + " of case " +
                             std::to_string(batch.case_index) + ": " +
                             std::to_string(batch.records.at(0).request_index));
  }
  absl::Status OnCaseDone(const SpooledSession& session, CaseDoneEvent done) override {
    EXPECT_EQ(done.new_connections, 7);
    return Note(session, "done " + std::to_string(done.case_index));
  }
  absl::Status OnSessionEnd(const SpooledSession& session) override { return Note(session, "end"); }

  std::vector<std::string> lines;
  std::string refused;  // the line that cannot be kept

 private:
  absl::Status Note(const SpooledSession& session, const std::string& what) {
    lines.push_back(session.instance_id + "/" + std::to_string(session.epoch) + " " + what);
    return lines.back() == refused ? absl::ResourceExhaustedError("the disk is full")
                                   : absl::OkStatus();
  }
};

TEST(CollectTest, TakesEverySessionAndAcknowledgesItsLastBatchAtItsEnd) {
  PlayedAgent agent;
  agent.Session("a", 1, 2);
  agent.Batch(0, 1, 3);
  agent.Batch(1, 2, 4);
  agent.CaseDone(1, 2);
  agent.Session("b", 5, 0);
  agent.CaseDone(2, 0);
  agent.End();
  Notes notes;
  const auto outcome = CollectFrom(agent.target(), "run-7", notes);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->kind, CollectOutcome::Kind::kCollected);
  EXPECT_EQ(outcome->sessions, 2);
  EXPECT_THAT(notes.lines, ElementsAre("a/1 batch 1 of case 0: 3", "a/1 batch 2 of case 1: 4",
                                       "a/1 done 1", "a/1 end", "b/5 done 2", "b/5 end"));
  EXPECT_EQ(agent.open.run_id(), "run-7");
  EXPECT_EQ(agent.open.protocol_version(), kProtocolVersion);
  const std::vector<v1::CollectAck> acks = agent.acks();
  ASSERT_EQ(acks.size(), 2u);
  EXPECT_EQ(acks[0].instance_id(), "a");
  EXPECT_EQ(acks[0].epoch(), 1u);
  EXPECT_EQ(acks[0].sequence(), 2u);
  EXPECT_EQ(acks[1].sequence(), 0u);
}

TEST(CollectTest, WhatCannotBeKeptIsNotAcknowledged) {
  for (const std::string refused : {"b/1 batch 1 of case 0: 2", "b/1 end"}) {
    PlayedAgent agent;
    agent.Session("a", 1, 1);
    agent.Batch(0, 1, 1);
    agent.Session("b", 1, 1);
    agent.Batch(0, 1, 2);
    agent.End();
    Notes notes;
    notes.refused = refused;
    const auto outcome = CollectFrom(agent.target(), "run", notes);
    EXPECT_EQ(outcome.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(notes.lines.back(), refused) << "it went on";
    for (const v1::CollectAck& ack : agent.acks()) EXPECT_EQ(ack.instance_id(), "a");
  }
}

TEST(CollectTest, ASessionThatBreaksOffIsNotAtItsEnd) {
  PlayedAgent agent;
  agent.Session("a", 1, 2);
  agent.Batch(0, 1, 1);
  agent.breaks_off = true;
  Notes notes;
  const auto outcome = CollectFrom(agent.target(), "run", notes);
  EXPECT_EQ(outcome.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(outcome.status().message()), HasSubstr("the spool's disk is gone"));
  EXPECT_THAT(notes.lines, ElementsAre("a/1 batch 1 of case 0: 1"));
}

TEST(CollectTest, KnowsNothingBusyAndRefused) {
  PlayedAgent agent;
  Notes notes;
  agent.Refuse(v1::Refusal::CODE_UNKNOWN_SESSION, "nothing of it is here", 0);
  auto outcome = CollectFrom(agent.target(), "run", notes);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->kind, CollectOutcome::Kind::kNothing);

  agent.script.clear();
  agent.Refuse(v1::Refusal::CODE_BUSY, "the lease\x1b[2J holds", 2'500);
  outcome = CollectFrom(agent.target(), "run", notes);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->kind, CollectOutcome::Kind::kBusy);
  EXPECT_EQ(outcome->retry_after_ns, 2'500 * kNsPerMs);
  EXPECT_EQ(outcome->message, "the lease [2J holds") << "a terminal obeys no agent";

  agent.script.clear();
  agent.Refuse(v1::Refusal::CODE_PROTOCOL_VERSION, "protocol 4, not 3", 0);
  EXPECT_EQ(CollectFrom(agent.target(), "run", notes).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(notes.lines, IsEmpty());
}

TEST(CollectTest, NonsenseIsNeitherTakenNorAcknowledged) {
  PlayedAgent agent;
  agent.Batch(0, 1, 1);  // of no session
  Notes notes;
  EXPECT_EQ(CollectFrom(agent.target(), "run", notes).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(notes.lines, IsEmpty());
  EXPECT_THAT(agent.acks(), IsEmpty());
}

}  // namespace
}  // namespace monsoon
