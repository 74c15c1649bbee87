// What the tests of CaseRunner share: a real clock, a mock engine, and patience that ends.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/io/http/case_runner.h"
#include "common/time/steady_clock.h"
#include "tests/agent/http/live_engine.h"

namespace monsoon {

class RunnerTest : public ::testing::Test {
 protected:
  static constexpr int kLoadThreads = 2;

  static std::string IdOf(uint64_t index) { return "run.0." + std::to_string(index); }

  // Creates runner_ for `agent_case`.
  void Make(AgentCase agent_case);
  // Queues requests first, first + 1, ...
  void Add(uint64_t first, uint64_t count) { AddDue(first, count, kNever, 0); }
  // Likewise for an open loop: due at `due_ns` since the start, and `interval_ns` after each other.
  void AddDue(uint64_t first, uint64_t count, int64_t due_ns, int64_t interval_ns);
  void Start() { runner_->StartAt(clock_.MonotonicNs()); }
  // Collects records until `done`; fails the test after 10 s.
  void Collect(const std::function<bool()>& done);
  void CollectToTheEnd();

  SteadyClock clock_;
  AddressPolicy policy_;
  std::unique_ptr<CaseRunner> runner_;
  std::map<uint64_t, RequestRecord> records_;
};

}  // namespace monsoon
