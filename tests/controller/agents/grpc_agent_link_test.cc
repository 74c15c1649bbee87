// The link to an agent, against a real agent's server in this process.
#include "controller/io/agents/grpc_agent_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>

#include "agent/io/service/agent_server.h"
#include "common/time/steady_clock.h"
#include "controller/io/agents/inspect_agent.h"
#include "tests/agent/http/live_engine.h"
#include "tests/bench/flooding_agent.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

class GrpcAgentLinkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server =
        AgentServer::Start({.hostname = "host", .instance_id = "instance"}, "127.0.0.1:0", &clock_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    target_ = ResolveAgents("127.0.0.1:" + std::to_string(server_->port())).value().front();
  }

  LinkOptions Options(const std::string& run_id) {
    return {.run_id = run_id, .index = 3, .clock = &clock_, .inbox = &inbox_};
  }
  void Connect() {
    auto link = GrpcAgentLink::Connect(target_, Options("run"));
    ASSERT_TRUE(link.ok()) << link.status();
    link_ = *std::move(link);
  }

  // The next event of this type; others are kept out of the way. Fails the test after 10 s.
  template <typename Event>
  Event Await() {
    while (std::optional<AgentEvent> event = inbox_.Pop(absl::Seconds(10))) {
      EXPECT_EQ(event->agent, 3u);
      if (Event* found = std::get_if<Event>(&event->body)) return std::move(*found);
      if (const auto* broken = std::get_if<ConnectionEvent>(&event->body)) {
        ADD_FAILURE() << "broken: " << broken->reason;
        return {};
      }
    }
    ADD_FAILURE() << "nothing came";
    return {};
  }

  SteadyClock clock_;
  std::unique_ptr<AgentServer> server_;
  AgentTarget target_;
  AgentInbox inbox_;
  std::unique_ptr<GrpcAgentLink> link_;
};

TEST_F(GrpcAgentLinkTest, KnowsTheAgentAndItsClock) {
  Connect();
  EXPECT_EQ(link_->info().name, target_.name);
  EXPECT_EQ(link_->info().hostname, "host");
  EXPECT_EQ(link_->info().instance_id, "instance");
  EXPECT_EQ(link_->info().epoch, 1u);
  EXPECT_GT(link_->info().max_concurrency, 0);
  const int64_t sent_ns = clock_.MonotonicNs();
  EXPECT_TRUE(link_->Ping(9, sent_ns, 0));
  const PingTimes times = Await<PongEvent>().times;
  EXPECT_EQ(times.sent_controller_ns, sent_ns);
  // One machine, one clock.
  EXPECT_GE(times.received_agent_ns, sent_ns);
  EXPECT_GE(times.sent_agent_ns, times.received_agent_ns);
  EXPECT_GE(times.received_controller_ns, times.sent_agent_ns);
}

TEST_F(GrpcAgentLinkTest, CarriesACase) {
  LiveEngine engine(3, kNsPerMs, kNsPerMs);
  Connect();
  AgentCase agent_case = engine.Case(2);
  agent_case.keep_text = KeepText::kAll;
  link_->Prepare(agent_case);
  const auto ready = Await<ReadyEvent>();
  EXPECT_EQ(ready.error, "");
  EXPECT_EQ(ready.engine_address, engine.address());

  const Item item{ItemKind::kPrompt, "Why does it rain?"};
  const ItemId id = ComputeItemId(item.kind, item.content);
  link_->SendItem(id, item);
  const std::vector<WorkEntry> entries = {{0, id, true}, {1, id}, {2, id}, {3, id}};
  link_->SendWork(0, entries);
  while (Await<ProgressEvent>().received < 4 && !HasFailure()) {
  }
  link_->Recall(1);
  EXPECT_EQ(Await<RecalledEvent>().request_indices.size(), 1u);
  link_->Start(0, clock_.MonotonicNs());
  while (Await<ProgressEvent>().finished < 3 && !HasFailure()) {
  }
  link_->FinishCase(0);

  std::set<uint64_t> indices;
  uint64_t last_taken = 0;
  std::optional<CaseDoneEvent> done;
  while (!done || last_taken < done->last_sequence) {
    std::optional<AgentEvent> event = inbox_.Pop(absl::Seconds(10));
    ASSERT_TRUE(event.has_value());
    ASSERT_FALSE(std::holds_alternative<ConnectionEvent>(event->body));
    if (auto* records = std::get_if<RecordsEvent>(&event->body)) {
      last_taken = records->sequence;
      for (const RequestRecord& record : records->records) {
        EXPECT_EQ(record.status, RequestStatus::kOk);
        EXPECT_FALSE(record.answer.empty()) << "the case asked for the text";
        EXPECT_TRUE(indices.insert(record.request_index).second);
      }
    }
    if (auto* end = std::get_if<CaseDoneEvent>(&event->body)) done = std::move(*end);
  }
  EXPECT_GE(indices.size(), 1u);
  EXPECT_EQ(done->case_index, 0);
  EXPECT_EQ(done->new_connections + done->reused_connections, 3);
  EXPECT_GT(done->loop_lag_ns.count(), 0);
  link_->Acknowledge(last_taken);
}

TEST_F(GrpcAgentLinkTest, ABrokenConnectionIsToldOnceAndPingsGoNowhere) {
  Connect();
  server_ = nullptr;
  std::optional<AgentEvent> event = inbox_.Pop(absl::Seconds(10));
  ASSERT_TRUE(event.has_value());
  ASSERT_TRUE(std::holds_alternative<ConnectionEvent>(event->body));
  EXPECT_EQ(std::get<ConnectionEvent>(event->body).kind, ConnectionEvent::Kind::kBroken);
  EXPECT_NE(std::get<ConnectionEvent>(event->body).reason, "");
  EXPECT_EQ(event->agent, 3u);
  EXPECT_FALSE(link_->Ping(1, 1, 0));
  // Speaking to it is allowed and changes nothing.
  link_->Recall(1);
  link_ = nullptr;
  EXPECT_EQ(inbox_.size(), 0u);
}

TEST_F(GrpcAgentLinkTest, AnotherProcessAtItsAddressMeansThatItIsDead) {
  Connect();
  const int port = server_->port();
  server_ = nullptr;
  auto server = AgentServer::Start({.hostname = "host", .instance_id = "another"},
                                   "127.0.0.1:" + std::to_string(port), &clock_);
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  for (const auto kind : {ConnectionEvent::Kind::kBroken, ConnectionEvent::Kind::kDead}) {
    std::optional<AgentEvent> event = inbox_.Pop(absl::Seconds(20));
    ASSERT_TRUE(event.has_value());
    ASSERT_TRUE(std::holds_alternative<ConnectionEvent>(event->body));
    EXPECT_EQ(std::get<ConnectionEvent>(event->body).kind, kind);
  }
}

TEST_F(GrpcAgentLinkTest, DialsAgainWhenNothingIsHeardAndTheSessionGoesOn) {
  Connect();
  link_->DialAgain();
  link_->DialAgain();  // it has begun
  using Kind = ConnectionEvent::Kind;
  for (const auto kind : {Kind::kBroken, Kind::kRestored}) {
    std::optional<AgentEvent> event = inbox_.Pop(absl::Seconds(10));
    ASSERT_TRUE(event.has_value());
    ASSERT_TRUE(std::holds_alternative<ConnectionEvent>(event->body));
    const auto& connection = std::get<ConnectionEvent>(event->body);
    EXPECT_EQ(connection.kind, kind);
    EXPECT_EQ(connection.reason, kind == Kind::kBroken ? "nothing was heard over it" : "");
  }
  EXPECT_TRUE(link_->Ping(1, clock_.MonotonicNs(), 0));
  Await<PongEvent>();
}

TEST_F(GrpcAgentLinkTest, ClosingIsNoLossAndFreesTheAgent) {
  Connect();
  link_ = nullptr;
  EXPECT_EQ(inbox_.size(), 0u);
  Connect();
  EXPECT_EQ(link_->info().epoch, 2u);
}

// An agent that writes 40 batches or more as fast as it can.
class GrpcAgentLinkFloodTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kRecords = 20'000;

  void SetUp() override {
    ASSERT_EQ(pipe(port_pipe_), 0);
    agent_ = std::thread([this] { bench::ServeFlood(maker_, kRecords, port_pipe_[1]); });
    int port = 0;
    ASSERT_EQ(read(port_pipe_[0], &port, sizeof(port)), static_cast<ssize_t>(sizeof(port)));
    const AgentTarget target{"flood", "ipv4:127.0.0.1:" + std::to_string(port), true};
    const RecordsHook on_records = [](int32_t case_index, std::span<RequestRecord> records) {
      for (RequestRecord& record : records) record.tokenizer_output_tokens = 100 + case_index;
    };
    auto link = GrpcAgentLink::Connect(
        target, {.run_id = "run", .clock = &clock_, .inbox = &inbox_, .on_records = on_records});
    ASSERT_TRUE(link.ok()) << link.status();
    link_ = *std::move(link);
  }
  void TearDown() override {
    link_.reset();
    agent_.join();
    close(port_pipe_[0]);
    close(port_pipe_[1]);
  }

  void AwaitFullInbox() {
    for (int i = 0; i < 1000 && inbox_.size() < GrpcAgentLink::kMaxWaitingBatches; ++i) {
      absl::SleepFor(absl::Milliseconds(10));
    }
  }

  const bench::RecordMaker maker_{10, 100};
  int port_pipe_[2] = {-1, -1};
  std::thread agent_;
  SteadyClock clock_;
  AgentInbox inbox_;
  std::unique_ptr<GrpcAgentLink> link_;
};

TEST_F(GrpcAgentLinkFloodTest, OnlySoManyBatchesWaitForTheirAcknowledgement) {
  AwaitFullInbox();
  absl::SleepFor(absl::Milliseconds(200));  // time enough for all of them
  EXPECT_EQ(inbox_.size(), GrpcAgentLink::kMaxWaitingBatches);

  uint64_t next = 0;
  while (next < kRecords) {
    const std::optional<AgentEvent> event = inbox_.Pop(absl::Seconds(10));
    ASSERT_TRUE(event.has_value());
    const auto* batch = std::get_if<RecordsEvent>(&event->body);
    ASSERT_NE(batch, nullptr);
    EXPECT_LE(inbox_.size(), GrpcAgentLink::kMaxWaitingBatches);
    for (const RequestRecord& record : batch->records) {
      ASSERT_EQ(record.request_index, next++);
      ASSERT_EQ(record.tokenizer_output_tokens, 100 + batch->case_index) << "before the inbox";
    }
    link_->Acknowledge(batch->sequence);
  }
}

TEST_F(GrpcAgentLinkFloodTest, ClosingDoesNotWaitForAcknowledgements) {
  AwaitFullInbox();
  EXPECT_EQ(inbox_.size(), GrpcAgentLink::kMaxWaitingBatches);
  const int64_t before_ns = clock_.MonotonicNs();
  link_.reset();
  EXPECT_LT(clock_.MonotonicNs() - before_ns, 10 * kNsPerS);
}

TEST_F(GrpcAgentLinkTest, ABusyAgentIsNamed) {
  Connect();
  const absl::Status second = GrpcAgentLink::Connect(target_, Options("other")).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.message()), HasSubstr(target_.name));
  EXPECT_THAT(std::string(second.message()), HasSubstr("busy"));
}

TEST_F(GrpcAgentLinkTest, InspectionSeesABusyAgentAndItsClock) {
  Connect();
  const absl::StatusOr<AgentInspection> seen = InspectAgent(target_, clock_);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_TRUE(seen->info.busy);
  EXPECT_LE(std::abs(seen->offset_ns), seen->bound_ns);
}

TEST_F(GrpcAgentLinkTest, AWrongMessageBreaksWithTheAgentsSentence) {
  LiveEngine engine(1, 0, 0);
  Connect();
  link_->Prepare(engine.Case(1));
  Await<ReadyEvent>();
  link_->Prepare(engine.Case(1));
  for (;;) {
    std::optional<AgentEvent> event = inbox_.Pop(absl::Seconds(10));
    ASSERT_TRUE(event.has_value());
    const auto* broken = std::get_if<ConnectionEvent>(&event->body);
    if (broken == nullptr) continue;
    EXPECT_THAT(broken->reason, HasSubstr("Prepare while a case is running"));
    break;
  }
}

}  // namespace
}  // namespace monsoon
