// An open loop in virtual time: everything is sent when it is due, once, whoever sends it and
// whatever the controller does meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/core/run/case_coordinator.h"
#include "controller/core/run/open_loop_allocator.h"
#include "tests/fakes/simulated_agents.h"

namespace monsoon {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000 * kMs;

CaseOrder Order(SimulatedSource& source, int64_t max_in_flight) {
  AgentCase agent_case;
  agent_case.concurrency = max_in_flight;
  agent_case.open_loop = OpenLoop{100};
  return {.agent_case = agent_case, .source = &source};
}

void ExpectSentWhenDue(const SimulatedAgents& agents, SimulatedSource& source) {
  ASSERT_EQ(agents.sent_at().size(), source.total());
  for (const auto& [index, at_ns] : agents.sent_at()) EXPECT_EQ(at_ns, source.DueNs(index));
  for (const auto& [index, times] : agents.sent()) EXPECT_EQ(times, 1) << index;
  EXPECT_EQ(agents.recorded().size(), source.total());
}

TEST(OpenLoop, SendsEachRequestWhenItIsDueThroughAnyNumberOfAgents) {
  for (const size_t count : {1, 2, 3, 8}) {
    SimulatedAgents agents(std::vector<SimulatedAgentOptions>(count), count);
    SimulatedSource source(4000, 50, 10 * kMs);
    CaseCoordinator coordinator(Order(source, 48), agents.run_agents());
    agents.Play(coordinator);
    ASSERT_TRUE(coordinator.ended()) << count;
    EXPECT_THAT(coordinator.incomplete_reasons(), IsEmpty());
    EXPECT_EQ(agents.recalls(), 0);
    ExpectSentWhenDue(agents, source);
    for (const auto& [index, agent] : agents.sent_by()) EXPECT_EQ(agent, index % count);
  }
}

TEST(OpenLoop, AControllerThatStandsStillForLessThanTheLeaseDelaysNothing) {
  SimulatedAgents agents({{}, {}}, 1);
  SimulatedSource source(4000, 50, 10 * kMs);
  CaseCoordinator coordinator(Order(source, 48), agents.run_agents());
  agents.PauseController(10 * kSecond, 20 * kSecond);
  agents.Play(coordinator);
  ExpectSentWhenDue(agents, source);
}

// The counterpart, which shows that the pause above is felt: past the lead, sends are late.
TEST(OpenLoop, PastTheLeadThereIsNothingToSend) {
  SimulatedAgents agents({{}}, 1);
  SimulatedSource source(4000, 50, 10 * kMs);
  CaseCoordinator coordinator(Order(source, 48), agents.run_agents());
  agents.PauseController(10 * kSecond, 35 * kSecond);
  agents.Play(coordinator);
  int64_t latest_ns = 0;
  for (const auto& [index, at_ns] : agents.sent_at()) {
    latest_ns = std::max(latest_ns, at_ns - source.DueNs(index));
  }
  EXPECT_NEAR(static_cast<double>(latest_ns), 10.0 * kSecond, 0.2 * kSecond);
}

TEST(OpenLoop, KeepsWithinWhatAnAgentCanQueue) {
  SimulatedAgents agents({{.max_queued_work = 50}, {.max_queued_work = 1000}}, 1);
  SimulatedSource source(2000, 50, 10 * kMs);
  CaseCoordinator coordinator(Order(source, 48), agents.run_agents());
  agents.Play(coordinator);  // the fake aborts when it is handed more
  ExpectSentWhenDue(agents, source);
}

TEST(OpenLoop, KeepsWithinTheBytesThatAnAgentCanHold) {
  std::vector<AgentState> states;
  SimulatedAgents agents({{}}, 1);
  states.emplace_back(agents.run_agents()[0]);
  states[0].share = 8;
  class Large final : public WorkSource {
   public:
    uint64_t total() const override { return 100; }
    absl::StatusOr<PlannedRequest> Get(uint64_t index) override {
      PlannedRequest request;
      request.item = {ItemKind::kPrompt,
                      std::string(300 << 10, static_cast<char>('a' + index % 20))};
      request.item_id = ComputeItemId(request.item.kind, request.item.content);
      return request;
    }
    int64_t DueNs(uint64_t index) override { return static_cast<int64_t>(index); }
  } source;
  OpenLoopAllocator allocator(0, &source, &states, 10 * kSecond);
  ASSERT_TRUE(allocator.Allocate(0).ok());
  EXPECT_EQ(states[0].handed, 4)
      << "300 KiB each into a cache of 1 MiB, the last one over the edge";
  states[0].progress.started = 2;
  ASSERT_TRUE(allocator.Allocate(0).ok());
  EXPECT_EQ(states[0].handed, 6);
}

TEST(OpenLoop, WhatIsDueBeyondTheLimitIsNotSentAndNotDelayed) {
  // 100/s of 45 ms each would be 5 in flight; 3 are allowed, so 2 of 5 find none free.
  SimulatedAgents agents({{.service_ns = 45 * kMs, .service_spread = 0}}, 1);
  SimulatedSource source(1000, 50, 10 * kMs);
  CaseCoordinator coordinator(Order(source, 3), agents.run_agents());
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  EXPECT_EQ(agents.peak_in_flight(), 3);
  EXPECT_EQ(agents.over_limit().size(), 400u) << "2 of every 5";
  EXPECT_EQ(agents.sent().size() + agents.over_limit().size(), 1000u);
  for (const auto& [index, at_ns] : agents.sent_at()) EXPECT_EQ(at_ns, source.DueNs(index));
  EXPECT_EQ(agents.recorded().size(), 1000u);
}

TEST(OpenLoop, TheLimitIsSplitAndAnAgentWithoutAShareStandsBy) {
  SimulatedAgents agents({{}, {}, {}}, 1);
  SimulatedSource source(100, 5, 100 * kMs);
  CaseCoordinator coordinator(Order(source, 2), agents.run_agents());
  agents.Play(coordinator);
  ExpectSentWhenDue(agents, source);
  for (const auto& [index, agent] : agents.sent_by()) EXPECT_EQ(agent, index % 2);
  SimulatedAgents small({{.max_concurrency = 3}}, 1);
  CaseCoordinator rejected(Order(source, 4), small.run_agents());
  small.Play(rejected);
  EXPECT_THAT(std::string(rejected.rejection().message()), HasSubstr("a max_in_flight of 4"));
}

TEST(OpenLoop, AnInterruptLeavesTheRestNotSent) {
  SimulatedAgents agents({{}, {}}, 1);
  SimulatedSource source(4000, 50, 10 * kMs);
  CaseCoordinator coordinator(Order(source, 48), agents.run_agents());
  agents.At(6 * kSecond, [&] { coordinator.Interrupt(StopMode::kDrain, "enough"); });
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  EXPECT_THAT(coordinator.incomplete_reasons(), ElementsAre("enough"));
  EXPECT_NEAR(static_cast<double>(agents.sent().size()), 480, 20);
  // What was handed out came back as records, what was not is listed.
  EXPECT_EQ(agents.recorded().size() + CountOf(coordinator.NotSentRequests()), 4000u);
}

TEST(OpenLoop, TheGraceEndsWhatIsStillInFlight) {
  SimulatedAgents agents({{.service_ns = 20 * kSecond, .service_spread = 0}}, 1);
  SimulatedSource source(100, 5, 100 * kMs);
  CaseOrder order = Order(source, 1000);
  order.cancel_after_ns = 15 * kSecond;
  CaseCoordinator coordinator(order, agents.run_agents());
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  EXPECT_THAT(coordinator.incomplete_reasons(), ElementsAre(HasSubstr("grace")));
  EXPECT_LT(agents.now_ns(), 18 * kSecond);
}

TEST(OpenLoop, ALostAgentsTurnsGoToTheOthers) {
  SimulatedAgents agents({{}, {.lost_at_ns = 6 * kSecond}, {}}, 1);
  SimulatedSource source(4000, 50, 10 * kMs);
  CaseCoordinator coordinator(Order(source, 48), agents.run_agents());
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  // Its third of the 15 s ahead of which it had been handed, and what was in flight.
  const std::vector<uint64_t> lost = coordinator.LostRequests(1);
  EXPECT_NEAR(static_cast<double>(lost.size()), 502, 10);
  EXPECT_THAT(coordinator.NotSentRequests(), IsEmpty());
  EXPECT_EQ(agents.recorded().size() + lost.size(), 4000u);
  EXPECT_THAT(coordinator.incomplete_reasons(),
              ElementsAre(AllOf(HasSubstr("agent agent1 was lost 4.8 s after the start"),
                                HasSubstr(std::to_string(lost.size()) + " requests that it held"),
                                HasSubstr("the other 2 agents did the rest at the full rate, with "
                                          "max_in_flight 48 of 48"))));
  for (const auto& [index, at_ns] : agents.sent_at()) EXPECT_EQ(at_ns, source.DueNs(index));
  EXPECT_GT(agents.sent_by().rbegin()->first, 3990u);
}

TEST(OpenLoop, ASuspectedAgentIsHandedNothingAndNobodyIsLate) {
  // Between two looks of the controller, so that no word is on its way.
  const int64_t silent_ns = 6 * kSecond + 25 * kMs;
  for (const int64_t silence_ns : {5 * kSecond, 14 * kSecond, 18 * kSecond}) {
    SimulatedAgents agents(
        {{}, {.silent_from_ns = silent_ns, .silent_to_ns = silent_ns + silence_ns}, {}}, 1);
    SimulatedSource source(6000, 50, 10 * kMs);
    CaseCoordinator coordinator(Order(source, 48), agents.run_agents());
    agents.Play(coordinator);
    ASSERT_TRUE(coordinator.ended());
    EXPECT_EQ(agents.words_into_silence(), 0);
    EXPECT_THAT(coordinator.incomplete_reasons(), IsEmpty());
    ExpectSentWhenDue(agents, source);
    EXPECT_EQ(coordinator.agents()[1].suspected_count, 1);
    EXPECT_EQ(coordinator.agents()[1].suspected_ns, silence_ns);
  }
}

TEST(OpenLoop, WarnsWhenAnAgentCannotHoldTheLease) {
  SimulatedAgents agents({{}, {.max_queued_work = 300}}, 1);
  SimulatedSource source(100, 50, 10 * kMs);
  CaseCoordinator coordinator(Order(source, 48), agents.run_agents());
  ASSERT_TRUE(coordinator.Begin(0).ok());
  EXPECT_THAT(coordinator.warnings(),
              ElementsAre(AllOf(HasSubstr("agent agent1 can be handed no more than 300 requests"),
                                HasSubstr("6.0 s of its share of 50 requests/s"))));
}

}  // namespace
}  // namespace monsoon
