// A whole server in the test's process, on a free port, with its log.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "tests/mock_engine/server.h"
#include "tests/mock_engine/test/test_client.h"

namespace monsoon::mock_engine {

inline constexpr int64_t kMs = 1'000'000;

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    options_.listen = {*ParseListenAddress("127.0.0.1:0")};
    options_.log_path = ::testing::TempDir() + "mock_engine_" +
                        ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".csv";
    options_.engine.script.ttft = Distribution::Constant(5 * kMs);
    options_.engine.script.itl = Distribution::Constant(kMs);
  }

  void Start() {
    auto server = Server::Start(options_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  void StartWith(Fault fault) {
    options_.engine.faults = *FaultPlan::Create({{fault, 1.0}});
    Start();
  }

  uint16_t port() const { return server_->addresses()[0].port; }

  // Stops the server and reads the row of one request.
  std::map<std::string, std::string> Truth(const std::string& request_id) {
    summary_ = server_->Stop();
    return ReadTruthLog(options_.log_path)[request_id];
  }

  static int64_t Number(const std::map<std::string, std::string>& row, const std::string& column) {
    return std::stoll(row.at(column));
  }

  ServerOptions options_;
  std::unique_ptr<Server> server_;
  std::string summary_;
};

}  // namespace monsoon::mock_engine
