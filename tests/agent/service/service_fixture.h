// An agent's server inside the test's process, and a run that has just begun on it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/io/service/agent_server.h"
#include "common/time/steady_clock.h"
#include "tests/agent/http/live_engine.h"
#include "tests/agent/service/raw_client.h"

namespace monsoon {

class ServiceTest : public ::testing::Test {
 protected:
  using Kind = v1::ControlResponse::MessageCase;

  void SetUp() override {
    AgentOptions options{
        .hostname = "host", .instance_id = "instance", .load_threads = {.count = 2}};
    auto server = AgentServer::Start(options, "127.0.0.1:0", &clock_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  int port() const { return server_->port(); }

  // Takes the agent for run "run" and attaches Data.
  void BeginRun() {
    control_ = std::make_unique<RawControl>(port());
    control_->Hello(v1::Hello::PURPOSE_RUN);
    welcome_ = control_->Await(Kind::kWelcome).welcome();
    data_ = std::make_unique<RawData>(port());
    ASSERT_TRUE(data_->Attach("run", welcome_));
  }

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
