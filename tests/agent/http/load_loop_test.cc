// One load thread's loop, whole, on a thread of the test's: what it costs, not what it says (that
// is case_runner_test.cc). This binary replaces the global operator new (tests/counting_new.h).
#include "agent/io/http/load_loop.h"

#include <gtest/gtest.h>
#include <time.h>

#include <thread>

#include "agent/core/engine/adapter_registry.h"
#include "common/time/steady_clock.h"
#include "tests/agent/http/live_engine.h"
#include "tests/counting_new.h"

namespace monsoon {
namespace {

struct LoopCost {
  int64_t allocations = 0;
  int64_t cpu_ns = 0;
  int64_t events = 0;
  int64_t requests_ok = 0;
};

int64_t ThreadCpuNs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * kNsPerS + now.tv_nsec;
}

// Runs one loop over `requests` requests; `interval_ns` > 0: an open loop, one due at a time.
LoopCost RunLoop(const AgentCase& agent_case, int64_t requests, int64_t interval_ns,
                 int64_t spin_ns) {
  const SteadyClock clock;
  const AddressPolicy policy;
  const auto adapter = MakeEngineAdapter(agent_case).value();
  const ResolvedEndpoint target = Resolve(agent_case.engine.url, policy).value();
  const RequestHead head = RequestHead::Create(target.endpoint, adapter->Headers()).value();
  CaseControl control;
  WorkQueue work(1024);
  for (int64_t i = 0; i < requests; ++i) {
    auto request = std::make_unique<PreparedRequest>();
    request->request_index = static_cast<uint64_t>(i);
    request->request_id = "run.0." + std::to_string(i);
    request->body = adapter->BuildBody({ItemKind::kPrompt, "Why does it rain?"}, "").value();
    if (interval_ns > 0) request->intended_ns = (i + 1) * interval_ns;
    EXPECT_TRUE(work.TryPush(request));
  }
  control.NoMoreWork();
  LoadLoopOptions options{
      .agent_case = &agent_case,
      .adapter = adapter.get(),
      .head = &head,
      .policy = &policy,
      .target = &target,
      .clock = &clock,
      .control = &control,
      .work = &work,
      .share = {.slots = agent_case.concurrency,
                .rate_per_s = agent_case.open_loop ? agent_case.open_loop->rate_per_s : 0},
      .spin_ns = spin_ns,
      .on_ready = [&] { control.StartAt(clock.MonotonicNs()); }};
  const auto loop = LoadLoop::Create(options).value();
  LoopCost cost;
  std::thread thread([&] {
    const int64_t cpu_ns = ThreadCpuNs();
#ifndef MONSOON_SANITIZED
    const int64_t allocations = Allocations();
    loop->Run();
    cost.allocations = Allocations() - allocations;
#else
    loop->Run();
#endif
    cost.cpu_ns = ThreadCpuNs() - cpu_ns;
  });
  thread.join();
  for (RequestRecord record; loop->records().TryPop(record);) {
    cost.requests_ok += record.status == RequestStatus::kOk;
    cost.events += record.token_events;
    if (interval_ns > 0) {
      EXPECT_GE(record.dispatched_ns, record.intended_ns);
    }
  }
  return cost;
}

TEST(LoadLoop, AnEventAllocatesNothing) {
#ifdef MONSOON_SANITIZED
  GTEST_SKIP() << "the sanitizer's allocator is in the way";
#else
  constexpr int64_t kSlots = 4, kRequests = 16;
  const auto cost_of = [](int64_t tokens) {
    LiveEngine engine(tokens, kNsPerMs, kNsPerMs / 5);
    AgentCase agent_case = engine.Case(kSlots);
    agent_case.sampling.max_tokens = tokens;
    return RunLoop(agent_case, kRequests, 0, 0);
  };
  const LoopCost few = cost_of(50);
  const LoopCost many = cost_of(1050);
  ASSERT_EQ(few.requests_ok, kRequests);
  ASSERT_EQ(many.requests_ok, kRequests);
  ASSERT_EQ(many.events - few.events, 1000 * kRequests);
  // The gaps of a longer answer need a larger buffer, which doubles: a few times for each request,
  // and not once for each of 16 000 events.
  EXPECT_LE(many.allocations - few.allocations, 6 * kRequests)
      << few.allocations << " and " << many.allocations;
#endif
}

TEST(LoadLoop, SpinsBeforeADueMomentOnlyWhereItIsAskedTo) {
  LiveEngine engine(1, 0, 0);
  AgentCase agent_case = engine.Case(8);
  agent_case.open_loop = OpenLoop{50};
  constexpr int64_t kRequests = 20, kIntervalNs = 20 * kNsPerMs;
  const LoopCost sleeping = RunLoop(agent_case, kRequests, kIntervalNs, 0);
  const LoopCost spinning = RunLoop(agent_case, kRequests, kIntervalNs, kIntervalNs);
  ASSERT_EQ(sleeping.requests_ok, kRequests);
  ASSERT_EQ(spinning.requests_ok, kRequests);
  // 400 ms: nearly all of it against next to nothing. A busy machine gives the spinning thread a
  // part of a core only.
  EXPECT_GT(spinning.cpu_ns, 3 * sleeping.cpu_ns);
}

}  // namespace
}  // namespace monsoon
