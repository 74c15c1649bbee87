// A mock engine (tests/mock_engine) inside the test's process, and the truth that it logged.
//
// One thread. The destructor stops the engine.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "common/model/agent_case.h"
#include "tests/mock_engine/server.h"

namespace monsoon {

class LiveEngine {
 public:
  using Rows = std::map<std::string, std::map<std::string, std::string>>;

  // Answers of `tokens` tokens: the first after `ttft_ns`, then one each `itl_ns`.
  LiveEngine(int64_t tokens, int64_t ttft_ns, int64_t itl_ns,
             const std::string& listen = "127.0.0.1:0");
  ~LiveEngine();

  // A case of this engine, to be adapted.
  AgentCase Case(int64_t concurrency) const;
  std::string address() const;  // "127.0.0.1:40000"

  // Stops the engine and reads its log: rows by x-request-id.
  Rows Truth();
  static int64_t Number(const std::map<std::string, std::string>& row, const std::string& column);

 private:
  std::string folder_;
  std::unique_ptr<mock_engine::Server> server_;
};

}  // namespace monsoon
