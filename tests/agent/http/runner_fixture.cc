#include "tests/agent/http/runner_fixture.h"

#include <chrono>
#include <thread>
#include <utility>

namespace monsoon {

void RunnerTest::Make(AgentCase agent_case) {
  auto runner = CaseRunner::Create(std::move(agent_case), kLoadThreads, 1024, &policy_, &clock_);
  ASSERT_TRUE(runner.ok()) << runner.status();
  runner_ = *std::move(runner);
}

void RunnerTest::AddDue(uint64_t first, uint64_t count, int64_t due_ns, int64_t interval_ns) {
  const std::string body =
      runner_->adapter().BuildBody({ItemKind::kPrompt, "Why does it rain?"}, "").value();
  for (uint64_t index = first; index < first + count; ++index) {
    auto request = std::make_unique<PreparedRequest>();
    request->request_index = index;
    request->request_id = IdOf(index);
    request->body = body;
    request->intended_ns = due_ns;
    due_ns += interval_ns;
    ASSERT_TRUE(runner_->AddWork(std::move(request)).ok());
  }
  runner_->WorkAdded();
}

void RunnerTest::Collect(const std::function<bool()>& done) {
  const int64_t deadline_ns = clock_.MonotonicNs() + 10 * kNsPerS;
  for (bool last = false; !last;) {
    // Asked before collecting, so that what was there by then is collected.
    last = done();
    ASSERT_LT(clock_.MonotonicNs(), deadline_ns) << "still waiting";
    runner_->DrainRecords([this](RequestRecord& record) {
      const uint64_t index = record.request_index;
      EXPECT_TRUE(records_.emplace(index, std::move(record)).second) << index << " came twice";
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void RunnerTest::CollectToTheEnd() {
  Collect([this] { return runner_->ended(); });
}

}  // namespace monsoon
