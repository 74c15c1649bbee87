// Load threads against a real engine over real sockets: what they send, when, and what they say of
// it, compared with what the engine saw. Both read the same CLOCK_MONOTONIC.
#include <gmock/gmock.h>

#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "tests/agent/http/runner_fixture.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

class CaseRunnerTest : public RunnerTest {};

TEST_F(CaseRunnerTest, EveryRequestEndsInOneRecordWithStampsInOrder) {
  LiveEngine engine(5, 3 * kNsPerMs, kNsPerMs);
  Make(engine.Case(4));
  EXPECT_EQ(runner_->engine_address(), engine.address());
  Add(0, 40);
  Start();
  runner_->NoMoreWork();
  CollectToTheEnd();
  ASSERT_EQ(records_.size(), 40u);
  for (const auto& [index, record] : records_) {
    SCOPED_TRACE(index);
    EXPECT_EQ(record.status, RequestStatus::kOk) << record.error_message;
    EXPECT_EQ(record.http_status, 200);
    EXPECT_EQ(record.output_tokens, 5);
    EXPECT_EQ(record.token_events, 5);
    const std::vector<int64_t> stamps = {0,
                                         record.intended_ns,
                                         record.dispatched_ns,
                                         record.sent_ns,
                                         record.headers_ns,
                                         record.first_event_ns,
                                         record.first_token_ns,
                                         record.last_token_ns,
                                         record.done_ns};
    EXPECT_TRUE(std::is_sorted(stamps.begin(), stamps.end())) << ::testing::PrintToString(stamps);
    EXPECT_EQ(record.tls_ns, kNever);
    ASSERT_EQ(record.connect_ns != kNever, record.has_flag(kFlagNewConnection));
    if (record.connect_ns == kNever) continue;
    // Opened before the case started, so that no request's time holds it.
    EXPECT_LT(record.connect_begin_ns, record.connect_ns);
    EXPECT_LT(record.connect_ns, 0);
  }
  const CaseRunner::Counters counters = runner_->counters();
  EXPECT_EQ(counters.started, 40u);
  EXPECT_EQ(counters.finished, 40u);
  EXPECT_EQ(counters.queued, 0u);
  EXPECT_EQ(counters.token_events, 200u);
}

TEST_F(CaseRunnerTest, TheEngineSawTheSame) {
  LiveEngine engine(4, 3 * kNsPerMs, kNsPerMs);
  Make(engine.Case(3));
  Add(0, 12);
  Start();
  runner_->NoMoreWork();
  CollectToTheEnd();
  const LoopFacts facts = runner_->JoinAndCollect();
  EXPECT_GT(facts.loop_lag_ns.count(), 0);

  const int64_t start_ns = runner_->start_ns();
  const LiveEngine::Rows rows = engine.Truth();
  ASSERT_EQ(rows.size(), 12u);
  std::set<std::string> connections;
  for (const auto& [index, record] : records_) {
    SCOPED_TRACE(index);
    ASSERT_EQ(rows.count(IdOf(index)), 1u);
    const auto& row = rows.at(IdOf(index));
    connections.insert(row.at("connection"));
    EXPECT_EQ(row.at("outcome"), "ok");
    EXPECT_EQ(row.at("tokens"), "4");
    // Sent before it was received, and no token was here before the engine wrote it.
    EXPECT_LE(start_ns + record.sent_ns, LiveEngine::Number(row, "received_ns"));
    EXPECT_GE(start_ns + record.headers_ns, LiveEngine::Number(row, "headers_ns"));
    EXPECT_GE(start_ns + record.first_token_ns, LiveEngine::Number(row, "first_token_ns"));
    EXPECT_GE(start_ns + record.last_token_ns, LiveEngine::Number(row, "last_token_ns"));
  }
  EXPECT_EQ(facts.new_connections, connections.size());
  EXPECT_LE(facts.new_connections, 3u);
  EXPECT_EQ(facts.new_connections + facts.reused_connections, 12u);
}

TEST_F(CaseRunnerTest, NothingIsSentBeforeTheStart) {
  LiveEngine engine(1, 0, 0);
  Make(engine.Case(2));
  Add(0, 4);
  const int64_t start_ns = clock_.MonotonicNs() + 60 * kNsPerMs;
  runner_->StartAt(start_ns);
  runner_->NoMoreWork();
  CollectToTheEnd();
  ASSERT_EQ(records_.size(), 4u);
  for (const auto& [index, record] : records_) {
    EXPECT_GE(record.dispatched_ns, 0);
    EXPECT_EQ(record.status, RequestStatus::kOk) << record.error_message;
  }
  for (const auto& [id, row] : engine.Truth()) {
    EXPECT_GE(LiveEngine::Number(row, "received_ns"), start_ns) << id;
  }
}

TEST_F(CaseRunnerTest, MoreSlotsCarryMoreAtOnce) {
  LiveEngine endless(1'000'000, kNsPerMs, 5 * kNsPerMs);
  Make(endless.Case(3));
  Add(0, 20);
  EXPECT_TRUE(runner_->Resize(4, 0).ok()) << "before the start as well";
  Start();
  Collect([this] { return runner_->counters().started == 4; });
  EXPECT_FALSE(runner_->Resize(3, 0).ok()) << "only ever more";
  EXPECT_EQ(runner_->Resize(int64_t{1} << 40, 0).code(), absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(runner_->Resize(11, 0).ok());
  Collect([this] { return runner_->counters().started == 11; });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(runner_->counters().started, 11u);
  runner_->Stop(LoadMode::kCancel);
  CollectToTheEnd();
  EXPECT_EQ(endless.Truth().size(), 11u);
}

TEST_F(CaseRunnerTest, AnIpv6EngineIsReached) {
  if (!Resolve("http://[::1]:1/", policy_).ok()) GTEST_SKIP() << "no IPv6 here";
  LiveEngine engine(1, 0, 0, "[::1]:0");
  Make(engine.Case(1));
  EXPECT_EQ(runner_->engine_address(), engine.address());
  Add(0, 2);
  Start();
  runner_->NoMoreWork();
  CollectToTheEnd();
  ASSERT_EQ(records_.size(), 2u);
  for (const auto& [index, record] : records_) {
    EXPECT_EQ(record.status, RequestStatus::kOk) << record.error_message;
  }
}

TEST_F(CaseRunnerTest, WorkMayComeLaterAndTheWaitIsCounted) {
  LiveEngine engine(1, 0, 0);
  Make(engine.Case(1));
  Start();
  Collect([this] { return clock_.MonotonicNs() >= runner_->start_ns() + 30 * kNsPerMs; });
  Add(0, 2);
  runner_->NoMoreWork();
  CollectToTheEnd();
  EXPECT_EQ(records_.size(), 2u);
  EXPECT_GE(runner_->counters().starved_slot_ns, 20 * kNsPerMs);
}

TEST_F(CaseRunnerTest, WhatWasTakenBackIsNeverSent) {
  LiveEngine engine(1, 0, 0);
  Make(engine.Case(2));
  Add(0, 10);
  std::set<uint64_t> taken;
  for (const auto& request : runner_->TakeBack(4)) taken.insert(request->request_index);
  EXPECT_EQ(taken.size(), 4u);
  EXPECT_EQ(runner_->counters().queued, 6u);
  Start();
  runner_->NoMoreWork();
  CollectToTheEnd();
  EXPECT_TRUE(runner_->TakeBack(100).empty());
  EXPECT_EQ(records_.size(), 6u);
  const LiveEngine::Rows rows = engine.Truth();
  EXPECT_EQ(rows.size(), 6u);
  for (const uint64_t index : taken) {
    EXPECT_EQ(records_.count(index), 0u);
    EXPECT_EQ(rows.count(IdOf(index)), 0u);
  }
}

TEST_F(CaseRunnerTest, AnAgentWithoutAShareStandsBy) {
  LiveEngine engine(1, 0, 0);
  Make(engine.Case(0));
  Start();
  runner_->NoMoreWork();
  CollectToTheEnd();
  EXPECT_TRUE(records_.empty());
  EXPECT_EQ(runner_->JoinAndCollect().new_connections, 0u);
}

TEST_F(CaseRunnerTest, MoreWorkThanTheQueueHoldsIsRefused) {
  LiveEngine engine(1, 0, 0);
  auto runner = CaseRunner::Create(engine.Case(1), {.count = 1}, 4, &policy_, &clock_);
  ASSERT_TRUE(runner.ok()) << runner.status();
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE((*runner)->AddWork(std::make_unique<PreparedRequest>()).ok());
  }
  const absl::Status status = (*runner)->AddWork(std::make_unique<PreparedRequest>());
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("4 requests"));
}

TEST_F(CaseRunnerTest, ACaseThatCannotBeCarriedIsRefused) {
  LiveEngine engine(1, 0, 0);
  const auto code = [this](const AgentCase& agent_case) {
    return CaseRunner::Create(agent_case, {.count = 1}, 4, &policy_, &clock_).status().code();
  };
  AgentCase forbidden = engine.Case(1);
  forbidden.engine.url = "http://169.254.169.254/latest";
  EXPECT_EQ(code(forbidden), absl::StatusCode::kPermissionDenied);
  AgentCase unknown = engine.Case(1);
  unknown.engine.type = "nonesuch";
  EXPECT_EQ(code(unknown), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(code(engine.Case(int64_t{1} << 40)), absl::StatusCode::kResourceExhausted);
}

TEST_F(CaseRunnerTest, NobodyListeningIsAConnectError) {
  AgentCase nowhere;
  {
    LiveEngine gone(1, 0, 0);
    nowhere = gone.Case(1);
  }
  Make(nowhere);
  Add(0, 2);
  Start();
  runner_->NoMoreWork();
  CollectToTheEnd();
  ASSERT_EQ(records_.size(), 2u);
  for (const auto& [index, record] : records_) {
    EXPECT_EQ(record.status, RequestStatus::kFailed);
    EXPECT_EQ(record.error_class, ErrorClass::kConnect);
    EXPECT_EQ(record.sent_ns, kNever);
    EXPECT_THAT(record.error_message, HasSubstr("127.0.0.1"));
  }
}

}  // namespace
}  // namespace monsoon
