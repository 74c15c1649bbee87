#include "controller/core/run/case_coordinator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/simulated_agents.h"

namespace monsoon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000 * kMs;

CaseOrder Order(SimulatedSource& source, int64_t concurrency) {
  AgentCase agent_case;
  agent_case.concurrency = concurrency;
  return {.agent_case = agent_case, .source = &source};
}

void ExpectEachSentOnce(const SimulatedAgents& agents, uint64_t total) {
  ASSERT_EQ(agents.sent().size(), total);
  for (const auto& [request_index, times] : agents.sent()) EXPECT_EQ(times, 1) << request_index;
  EXPECT_EQ(agents.recorded().size(), total);
}

TEST(CaseCoordinator, SendsEveryRequestOnceThroughAnyNumberOfAgents) {
  for (const size_t count : {1, 2, 3, 8, 32}) {
    SimulatedAgents agents(std::vector<SimulatedAgentOptions>(count), count);
    SimulatedSource source(2000, 50);
    CaseCoordinator coordinator(Order(source, 64), agents.run_agents());
    agents.Play(coordinator);
    ASSERT_TRUE(coordinator.ended()) << count;
    EXPECT_TRUE(coordinator.rejection().ok());
    EXPECT_THAT(coordinator.incomplete_reasons(), IsEmpty());
    EXPECT_THAT(coordinator.NotSentRequests(), IsEmpty());
    ExpectEachSentOnce(agents, 2000);
    EXPECT_EQ(agents.peak_in_flight(), 64) << count;
  }
}

// The work of 2000 requests is the same however many agents there are; so must be the time it takes
// at one concurrency, up to the last round.
TEST(CaseCoordinator, KeepsGlobalConcurrencyToTheEndWhenOneAgentIsSlow) {
  for (const uint64_t seed : {1, 2, 3, 4, 5}) {
    SimulatedAgents agents({{.service_ns = 400 * kMs}, {}, {}, {}}, seed);
    SimulatedSource source(2000, 50);
    CaseCoordinator coordinator(Order(source, 32), agents.run_agents());
    agents.Play(coordinator);
    ASSERT_TRUE(coordinator.ended());
    ExpectEachSentOnce(agents, 2000);
    EXPECT_GT(agents.recalls(), 0);
    // Three agents with 8 slots of 50 ms and one with 8 of 400 ms: 500 requests a second.
    EXPECT_LT(agents.window_ns(), 5 * kSecond) << seed;
    const double slot_time = 32.0 * static_cast<double>(agents.window_ns());
    EXPECT_LT(static_cast<double>(agents.starved_slot_ns()) / slot_time, 0.01) << seed;
  }
}

TEST(CaseCoordinator, PrefetchCoversALongRoundTrip) {
  SimulatedAgents agents({{.latency_ns = 100 * kMs, .service_ns = 20 * kMs}}, 7);
  SimulatedSource source(5000, 5000);
  CaseOrder order = Order(source, 16);
  order.max_start_skew_ns = kSecond;
  CaseCoordinator coordinator(std::move(order), agents.run_agents());
  agents.Play(coordinator);
  ExpectEachSentOnce(agents, 5000);
  const double slot_time = 16.0 * static_cast<double>(agents.window_ns());
  EXPECT_LT(static_cast<double>(agents.starved_slot_ns()) / slot_time, 0.01);
}

TEST(CaseCoordinator, DataTravelsToAnAgentOnce) {
  SimulatedAgents agents({{}, {}}, 3);
  SimulatedSource source(1000, 10);
  CaseCoordinator coordinator(Order(source, 8), agents.run_agents());
  agents.Play(coordinator);
  EXPECT_LE(agents.items_sent(), 20);
}

TEST(CaseCoordinator, SmallAgentsGetWhatTheyCanCarry) {
  SimulatedAgents agents({{.max_concurrency = 3}, {}}, 3);
  SimulatedSource source(200, 10);
  CaseCoordinator coordinator(Order(source, 16), agents.run_agents());
  agents.Play(coordinator);
  EXPECT_EQ(coordinator.agents()[0].share, 3);
  EXPECT_EQ(coordinator.agents()[1].share, 13);
  ExpectEachSentOnce(agents, 200);
}

TEST(CaseCoordinator, NobodyStartsUnlessEverybodyIsReady) {
  SimulatedAgents agents({{}, {.prepare_error = "no such engine"}, {}}, 1);
  SimulatedSource source(10, 10);
  CaseCoordinator coordinator(Order(source, 3), agents.run_agents());
  agents.Play(coordinator);
  EXPECT_THAT(std::string(coordinator.rejection().message()),
              HasSubstr("agent agent1 is not ready: no such engine"));
  EXPECT_TRUE(agents.sent().empty());
}

TEST(CaseCoordinator, ALateAgentIsNamed) {
  SimulatedAgents agents({{}, {.never_ready = true}}, 1);
  SimulatedSource source(10, 10);
  CaseCoordinator coordinator(Order(source, 2), agents.run_agents());
  agents.Play(coordinator);
  EXPECT_EQ(coordinator.rejection().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(coordinator.rejection().message()), HasSubstr("agent1"));
  EXPECT_TRUE(agents.sent().empty());
}

TEST(CaseCoordinator, TooMuchConcurrencyIsRejectedBeforeAnything) {
  SimulatedAgents agents({{.max_concurrency = 4}}, 1);
  SimulatedSource source(10, 10);
  CaseCoordinator coordinator(Order(source, 5), agents.run_agents());
  EXPECT_EQ(coordinator.Begin(0).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(coordinator.ended());
}

TEST(CaseCoordinator, AnInterruptDrainsAndAccountsForEveryRequest) {
  SimulatedAgents agents({{}, {}, {}}, 1);
  SimulatedSource source(5000, 10);
  CaseCoordinator coordinator(Order(source, 16), agents.run_agents());
  agents.At(3 * kSecond, [&] { coordinator.Interrupt(StopMode::kDrain, "interrupted"); });
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  EXPECT_THAT(coordinator.incomplete_reasons(), ElementsAre("interrupted"));
  EXPECT_TRUE(coordinator.interrupted());
  std::set<uint64_t> accounted = agents.recorded();
  for (const IndexRange& range : coordinator.NotSentRequests()) {
    for (uint64_t index = range.begin; index < range.end; ++index) {
      EXPECT_TRUE(accounted.insert(index).second) << index;
    }
  }
  EXPECT_EQ(accounted.size(), 5000u);
  EXPECT_LT(agents.sent().size(), 5000u);
}

TEST(CaseCoordinator, AnInterruptAfterTheLastAnswerChangesNothing) {
  for (const StopMode mode : {StopMode::kDrain, StopMode::kCancel}) {
    SimulatedAgents agents({{.latency_ns = 100 * kMs}, {.latency_ns = 100 * kMs}}, 1);
    SimulatedSource source(20, 10);
    CaseOrder order = Order(source, 4);
    order.max_start_skew_ns = kSecond;
    CaseCoordinator coordinator(std::move(order), agents.run_agents());
    int interrupts = 0;
    for (int64_t at_ns = kSecond; at_ns < 20 * kSecond; at_ns += 20 * kMs) {
      agents.At(at_ns, [&] {
        if (coordinator.state() != CaseCoordinator::State::kFinishing) return;
        ++interrupts;
        coordinator.Interrupt(mode, "interrupted");
      });
    }
    agents.Play(coordinator);
    ASSERT_TRUE(coordinator.ended());
    ASSERT_GT(interrupts, 0);
    EXPECT_FALSE(coordinator.interrupted());
    EXPECT_THAT(coordinator.incomplete_reasons(), IsEmpty());
    ExpectEachSentOnce(agents, 20);
  }
}

TEST(CaseCoordinator, AnAgentWithoutASlotStandsByAndEndsToo) {
  SimulatedAgents agents({{}, {}}, 1);
  SimulatedSource source(20, 10);
  CaseCoordinator coordinator(Order(source, 1), agents.run_agents());
  agents.Play(coordinator);
  EXPECT_TRUE(coordinator.ended());
  EXPECT_EQ(coordinator.agents()[1].handed, 0);
  ExpectEachSentOnce(agents, 20);
}

}  // namespace
}  // namespace monsoon
