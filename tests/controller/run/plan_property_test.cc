// The plan is the same whatever the number of agents: the union of what is handed out to 1 to 32
// agents of any capacity, weight and speed is one set of (index, item, intended time), in both
// loops.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <tuple>

#include "controller/core/run/case_coordinator.h"
#include "tests/fakes/simulated_agents.h"

namespace monsoon {
namespace {

constexpr int64_t kMs = 1'000'000;

std::vector<SimulatedAgentOptions> AnyAgents(size_t count, int64_t concurrency,
                                             std::mt19937_64& random) {
  const auto in = [&random](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  std::vector<SimulatedAgentOptions> agents(count);
  for (SimulatedAgentOptions& agent : agents) {
    agent.latency_ns = in(100'000, 40 * kMs);
    agent.service_ns = in(5, 200) * kMs;
    agent.max_concurrency = in(1, concurrency);
    agent.max_queued_work = in(300, 5000);
    agent.weight = static_cast<double>(in(1, 16)) / 4;
  }
  agents[count / 2].max_concurrency = concurrency;  // together they can carry it
  return agents;
}

class PlanProperty : public ::testing::TestWithParam<bool> {};

TEST_P(PlanProperty, IsTheSameForAnyFleet) {
  const bool open = GetParam();
  SimulatedSource source(1500, 40, open ? 4 * kMs : 0);
  std::map<uint64_t, HandedEntry> plan;
  std::mt19937_64 random(open ? 5 : 6);
  for (size_t count = 1; count <= 32; ++count) {
    const int64_t concurrency = 1 + static_cast<int64_t>(random() % 100);
    SimulatedAgents agents(AnyAgents(count, concurrency, random), count);
    AgentCase agent_case;
    agent_case.concurrency = concurrency;
    if (open) agent_case.open_loop = OpenLoop{250};
    CaseCoordinator coordinator({.agent_case = agent_case, .source = &source}, agents.run_agents());
    agents.Play(coordinator);
    ASSERT_TRUE(coordinator.ended()) << count;
    EXPECT_TRUE(coordinator.rejection().ok()) << coordinator.rejection();
    EXPECT_TRUE(coordinator.incomplete_reasons().empty()) << count;
    if (plan.empty()) plan = agents.handed();
    EXPECT_EQ(agents.handed().size(), 1500u) << count;
    EXPECT_EQ(agents.handed(), plan) << count;
    EXPECT_EQ(agents.recorded().size(), 1500u) << count;
    EXPECT_LE(agents.peak_in_flight(), concurrency) << count;
    for (const auto& [index, times] : agents.sent()) EXPECT_EQ(times, 1) << index;
  }
}

INSTANTIATE_TEST_SUITE_P(BothLoops, PlanProperty, ::testing::Bool(),
                         [](const auto& open) { return open.param ? "Open" : "Closed"; });

}  // namespace
}  // namespace monsoon
