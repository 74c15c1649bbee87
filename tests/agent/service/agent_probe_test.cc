// Probes over the raw protocol: what the agent sends, what it answers, and when it must not.
#include <gmock/gmock.h>

#include "common/wire/convert_probe.h"
#include "tests/agent/service/service_fixture.h"

namespace monsoon {
namespace {

using ::testing::HasSubstr;

class AgentProbeTest : public ServiceTest {
 protected:
  static ProbeOrder OrderFor(const AgentCase& agent_case, uint32_t index = 0) {
    ProbeOrder order;
    order.probe_index = index;
    order.agent_case = agent_case;
    order.item = {ItemKind::kPrompt, "Say hi"};
    order.request_id = "run.preflight." + std::to_string(index);
    order.time_limit_ns = 5 * kNsPerS;
    return order;
  }

  ProbeResult Ask(const ProbeOrder& order) {
    control_->Probe(order);
    const auto result = FromProto(control_->Await(Kind::kProbed).probed());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.value_or(ProbeResult());
  }
};

TEST_F(AgentProbeTest, AsksOnceAndReadsTheAnswerAsTheLoadWould) {
  LiveEngine engine(3, 2 * kNsPerMs, kNsPerMs);
  BeginRun();
  const ProbeResult result = Ask(OrderFor(engine.Case(1), 7));
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.probe_index, 7u);
  EXPECT_EQ(result.engine_address, engine.address());
  EXPECT_EQ(result.record.status, RequestStatus::kOk) << result.record.error_message;
  EXPECT_EQ(result.record.output_tokens, 3);
  EXPECT_GE(result.record.first_token_ns, 2 * kNsPerMs);
  EXPECT_THAT(result.content_type, HasSubstr("text/event-stream"));
  EXPECT_THAT(result.body, HasSubstr("chat.completion.chunk"));
  ASSERT_EQ(result.gets.size(), 3u);
  EXPECT_EQ(result.gets[0].target, "/health");
  EXPECT_NE(result.gets[2].http_status, 0) << result.gets[2].error;
  EXPECT_EQ(engine.Truth().count("run.preflight.7"), 1u);
}

TEST_F(AgentProbeTest, ACaseRunsAfterIt) {
  LiveEngine engine(3, 2 * kNsPerMs, kNsPerMs);
  BeginRun();
  Ask(OrderFor(engine.Case(1)));
  const v1::CaseDone done = RunCase(engine, 0, 4);
  EXPECT_EQ(data_->ReadTo(done.last_sequence()).size(), 4u) << "no record of the probe";
}

TEST_F(AgentProbeTest, TextThatComesTooSlowlyIsNotWaitedFor) {
  LiveEngine engine(100'000, kNsPerMs, 20 * kNsPerMs);
  BeginRun();
  ProbeOrder order = OrderFor(engine.Case(1));
  order.time_limit_ns = 200 * kNsPerMs;
  const ProbeResult result = Ask(order);
  EXPECT_EQ(result.record.status, RequestStatus::kCancelled);
  EXPECT_GT(result.record.token_events, 0);
}

TEST_F(AgentProbeTest, NoTokenInTimeIsAFailure) {
  LiveEngine engine(3, 60 * kNsPerS, kNsPerMs);
  BeginRun();
  ProbeOrder order = OrderFor(engine.Case(1));
  order.time_limit_ns = 200 * kNsPerMs;
  const ProbeResult result = Ask(order);
  EXPECT_EQ(result.record.error_class, ErrorClass::kTimeoutFirst);
  EXPECT_THAT(result.record.error_message, HasSubstr("200 ms"));
}

TEST_F(AgentProbeTest, WhatCannotBeTriedSaysWhy) {
  BeginRun();
  AgentCase agent_case;
  agent_case.run_id = "run";
  agent_case.concurrency = 1;
  agent_case.engine.type = "vllm";
  agent_case.engine.url = "http://169.254.169.254/v1/chat/completions";
  EXPECT_THAT(Ask(OrderFor(agent_case)).error, HasSubstr("169.254.169.254"));
  agent_case.engine.type = "nobody";
  EXPECT_THAT(Ask(OrderFor(agent_case, 1)).error, HasSubstr("nobody"));
}

TEST_F(AgentProbeTest, AnEngineThatIsNotThereIsAskedNothingElse) {
  BeginRun();
  AgentCase agent_case;
  agent_case.run_id = "run";
  agent_case.concurrency = 1;
  agent_case.engine.type = "vllm";
  agent_case.engine.url = "http://127.0.0.1:1/v1/chat/completions";
  const ProbeResult result = Ask(OrderFor(agent_case));
  EXPECT_EQ(result.record.error_class, ErrorClass::kConnect);
  EXPECT_TRUE(result.gets.empty());
}

TEST_F(AgentProbeTest, NothingElseMayBeginMeanwhile) {
  LiveEngine engine(3, 10 * kNsPerS, kNsPerMs);
  for (const bool prepare : {false, true}) {
    BeginRun();
    control_->Probe(OrderFor(engine.Case(1)));
    if (prepare) {
      control_->Prepare(engine.Case(1));
    } else {
      control_->Probe(OrderFor(engine.Case(1), 1));
    }
    const grpc::Status status = control_->Close();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_THAT(status.error_message(), HasSubstr(prepare ? "Prepare" : "Probe"));
    data_ = nullptr;
  }
}

TEST_F(AgentProbeTest, ALeaseThatRunsOutBreaksItOffAndTheNextMayBeAsked) {
  LiveEngine endless(3, 60 * kNsPerS, kNsPerMs);
  LiveEngine engine(3, 2 * kNsPerMs, kNsPerMs);
  BeginRun(300);
  const int64_t begin_ns = clock_.MonotonicNs();
  const ProbeResult broken = Ask(OrderFor(endless.Case(1)));
  EXPECT_NE(broken.record.status, RequestStatus::kOk);
  EXPECT_GE(clock_.MonotonicNs() - begin_ns, 290 * kNsPerMs);
  EXPECT_LT(clock_.MonotonicNs() - begin_ns, 4 * kNsPerS);
  control_->Ping(1);
  control_->Await(Kind::kPong);
  EXPECT_EQ(Ask(OrderFor(engine.Case(1), 1)).record.status, RequestStatus::kOk);
}

TEST_F(AgentProbeTest, TheEndOfTheRunBreaksItOff) {
  LiveEngine engine(3, 60 * kNsPerS, kNsPerMs);
  BeginRun();
  control_->Probe(OrderFor(engine.Case(1)));
  const int64_t begin_ns = clock_.MonotonicNs();
  control_->EndRun();
  control_->Await(Kind::kProbed);
  EXPECT_TRUE(control_->Close().ok());
  EXPECT_LT(clock_.MonotonicNs() - begin_ns, 4 * kNsPerS);
}

}  // namespace
}  // namespace monsoon
