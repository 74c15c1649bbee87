#include "tests/agent/http/live_engine.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <utility>

#include "tests/mock_engine/test/test_client.h"

namespace monsoon {

using mock_engine::Distribution;

LiveEngine::LiveEngine(int64_t tokens, int64_t ttft_ns, int64_t itl_ns, const std::string& listen)
    : folder_(testing::TempDir() + "monsoon-engine-XXXXXX") {
  if (mkdtemp(folder_.data()) == nullptr) ADD_FAILURE() << "cannot make " << folder_;
  mock_engine::ServerOptions options;
  options.listen = {*mock_engine::ParseListenAddress(listen)};
  options.log_path = folder_ + "/truth.csv";
  options.engine.script.tokens = Distribution::Constant(tokens);
  options.engine.script.ttft = Distribution::Constant(ttft_ns);
  options.engine.script.itl = Distribution::Constant(itl_ns);
  auto server = mock_engine::Server::Start(std::move(options));
  EXPECT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
}

LiveEngine::~LiveEngine() {
  server_ = nullptr;
  std::filesystem::remove_all(folder_);
}

std::string LiveEngine::address() const {
  const mock_engine::ListenAddress& address = server_->addresses()[0];
  return address.host + ":" + std::to_string(address.port);
}

AgentCase LiveEngine::Case(int64_t concurrency) const {
  AgentCase agent_case;
  agent_case.run_id = "run";
  agent_case.model = "mock";
  agent_case.engine.type = "vllm";
  agent_case.engine.url = "http://" + address() + "/v1/chat/completions";
  agent_case.concurrency = concurrency;
  return agent_case;
}

LiveEngine::Rows LiveEngine::Truth() {
  server_->Stop();
  return mock_engine::ReadTruthLog(folder_ + "/truth.csv");
}

int64_t LiveEngine::Number(const std::map<std::string, std::string>& row,
                           const std::string& column) {
  return std::stoll(row.at(column));
}

}  // namespace monsoon
