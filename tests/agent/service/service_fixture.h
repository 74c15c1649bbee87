// An agent's server inside the test's process, and a run that has just begun on it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/io/service/agent_server.h"
#include "common/time/steady_clock.h"
#include "tests/agent/http/live_engine.h"
#include "tests/agent/service/raw_client.h"

namespace monsoon {

class ServiceTest : public ::testing::Test {
 protected:
  using Kind = v1::ControlResponse::MessageCase;

  void SetUp() override { StartServer(MakeOptions()); }

  virtual AgentOptions MakeOptions() {
    return {.hostname = "host", .instance_id = "instance", .load_threads = {.count = 2}};
  }

  void StartServer(AgentOptions options) {
    server_ = nullptr;
    auto server = AgentServer::Start(std::move(options), "127.0.0.1:0", &clock_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  int port() const { return server_->port(); }

  // Takes the agent for run "run" and attaches Data.
  void BeginRun(uint32_t lease_ms = 0) {
    control_ = std::make_unique<RawControl>(port());
    control_->Hello(v1::Hello::PURPOSE_RUN, lease_ms);
    welcome_ = control_->Await(Kind::kWelcome).welcome();
    data_ = std::make_unique<RawData>(port());
    ASSERT_TRUE(data_->Attach("run", welcome_));
  }

  // New streams for the same session, which has received `received` of the agent's Control.
  v1::Welcome ResumeRun(uint64_t received) {
    control_ = std::make_unique<RawControl>(port());
    control_->Resume(welcome_, received);
    v1::Welcome welcome = control_->Await(Kind::kWelcome).welcome();
    EXPECT_TRUE(welcome.resumed());
    EXPECT_EQ(welcome.epoch(), welcome_.epoch());
    data_ = std::make_unique<RawData>(port());
    EXPECT_TRUE(data_->Attach("run", welcome_));
    return welcome;
  }

  // The answer to a Hello that takes the agent: how it is refused.
  v1::Refusal Refused(const std::string& run_id) {
    RawControl control(port());
    control.Hello(v1::Hello::PURPOSE_RUN, 0, run_id);
    return control.Await(Kind::kRefusal).refusal();
  }

  void SleepMs(int64_t ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

  void PrepareCase(const LiveEngine& engine, int32_t case_index = 0) {
    AgentCase agent_case = engine.Case(2);
    agent_case.case_index = case_index;
    control_->Prepare(agent_case);
    const v1::Ready ready = control_->Await(Kind::kReady).ready();
    EXPECT_EQ(ready.error(), "");
    EXPECT_EQ(ready.case_index(), static_cast<uint32_t>(case_index));
    EXPECT_EQ(ready.engine_address(), engine.address());
  }

  // A whole case of `count` requests, from Prepare to CaseDone; the records stay unread.
  v1::CaseDone RunCase(const LiveEngine& engine, int32_t case_index, uint64_t count) {
    PrepareCase(engine, case_index);
    data_->Work(case_index, 0, count);
    control_->AwaitProgress(count, 0);
    control_->Start(case_index, clock_.MonotonicNs());
    control_->AwaitProgress(count, count);
    control_->FinishCase(case_index);
    return control_->Await(Kind::kCaseDone).case_done();
  }

  static std::multiset<uint64_t> Indices(const std::vector<v1::RequestRecord>& records) {
    std::multiset<uint64_t> indices;
    for (const v1::RequestRecord& record : records) indices.insert(record.request_index());
    return indices;
  }

  SteadyClock clock_;
  std::unique_ptr<AgentServer> server_;
  std::unique_ptr<RawControl> control_;
  std::unique_ptr<RawData> data_;
  v1::Welcome welcome_;
};

}  // namespace monsoon
