// Agents that are silent, lost, or give up, in virtual time: nothing is sent twice, every request
// is accounted for, and the others carry on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/core/run/case_coordinator.h"
#include "tests/fakes/simulated_agents.h"

namespace monsoon {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000 * kMs;

CaseOrder Order(SimulatedSource& source, int64_t concurrency,
                OnAgentLoss on_agent_loss = OnAgentLoss::kContinue) {
  AgentCase agent_case;
  agent_case.concurrency = concurrency;
  return {.agent_case = agent_case, .source = &source, .on_agent_loss = on_agent_loss};
}

// Every request is recorded, lost, or was never handed out, and none twice.
void ExpectConserved(const SimulatedAgents& agents, const CaseCoordinator& coordinator,
                     uint64_t total) {
  std::set<uint64_t> accounted = agents.recorded();
  for (size_t agent = 0; agent < coordinator.agents().size(); ++agent) {
    for (const uint64_t index : coordinator.LostRequests(agent)) {
      EXPECT_TRUE(accounted.insert(index).second) << index;
    }
  }
  EXPECT_EQ(accounted.size() + CountOf(coordinator.NotSentRequests()), total);
  for (const auto& [request_index, times] : agents.sent()) EXPECT_EQ(times, 1) << request_index;
}

TEST(LostAgent, TheOthersDoTheRestAtTheWholeConcurrency) {
  for (const uint64_t seed : {1, 2, 3}) {
    SimulatedAgents agents({{}, {.lost_at_ns = 3 * kSecond}, {}, {}}, seed);
    SimulatedSource source(5000, 10);
    CaseCoordinator coordinator(Order(source, 16), agents.run_agents());
    agents.Play(coordinator);
    ASSERT_TRUE(coordinator.ended());
    ExpectConserved(agents, coordinator, 5000);
    EXPECT_THAT(coordinator.NotSentRequests(), IsEmpty());
    const auto lost = static_cast<int64_t>(coordinator.LostRequests(1).size());
    EXPECT_GT(lost, 0);
    EXPECT_THAT(coordinator.incomplete_reasons(),
                ElementsAre("agent agent1 was lost 1.8 s after the start (the connection broke): " +
                            std::to_string(lost) +
                            " requests that it held are lost; the other 3 agents did the rest at "
                            "concurrency 16 of 16"));
    int64_t share = 0;
    for (const AgentState& agent : coordinator.agents()) share += agent.lost ? 0 : agent.share;
    EXPECT_EQ(share, 16);
    EXPECT_EQ(coordinator.agents()[0].start_share, 4);
  }
}

// Slow requests: nothing is handed out but what its slots do now, next, and a few more.
TEST(LostAgent, CostsLittleMoreThanWhatItWasDoing) {
  for (const int64_t lost_at_s : {6, 20}) {
    SimulatedAgents agents({{.service_ns = 2 * kSecond},
                            {.service_ns = 2 * kSecond, .lost_at_ns = lost_at_s * kSecond}},
                           1);
    SimulatedSource source(600, 10);
    CaseCoordinator coordinator(Order(source, 16), agents.run_agents());
    agents.Play(coordinator);
    ASSERT_TRUE(coordinator.ended());
    ExpectConserved(agents, coordinator, 600);
    EXPECT_THAT(coordinator.NotSentRequests(), IsEmpty());
    EXPECT_LE(coordinator.LostRequests(1).size(), 8u + 2 * 16u) << "lost after " << lost_at_s;
    EXPECT_EQ(agents.starved_slot_ns(), 0);
  }
}

TEST(LostAgent, TheOthersTakeNoMoreThanTheirLimits) {
  SimulatedAgents agents({{.max_concurrency = 5}, {.lost_at_ns = 3 * kSecond}}, 1);
  SimulatedSource source(3000, 10);
  CaseCoordinator coordinator(Order(source, 8), agents.run_agents());
  agents.Play(coordinator);
  ExpectConserved(agents, coordinator, 3000);
  EXPECT_EQ(coordinator.agents()[0].share, 5);
  EXPECT_THAT(coordinator.incomplete_reasons(),
              ElementsAre(HasSubstr("the other agent did the rest at concurrency 5 of 8")));
}

TEST(LostAgent, OneThatStoodByTakesOver) {
  SimulatedAgents agents({{.lost_at_ns = 3 * kSecond}, {}}, 1);
  SimulatedSource source(100, 10);
  CaseCoordinator coordinator(Order(source, 1), agents.run_agents());
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  ExpectConserved(agents, coordinator, 100);
  EXPECT_EQ(coordinator.agents()[1].share, 1);
}

TEST(LostAgent, WithAllOfThemTheCaseEnds) {
  SimulatedAgents agents({{.lost_at_ns = 3 * kSecond}, {.lost_at_ns = 4 * kSecond}}, 1);
  SimulatedSource source(5000, 10);
  CaseCoordinator coordinator(Order(source, 16), agents.run_agents());
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  ExpectConserved(agents, coordinator, 5000);
  EXPECT_GT(CountOf(coordinator.NotSentRequests()), 1000u);
  EXPECT_THAT(coordinator.incomplete_reasons(),
              ElementsAre(HasSubstr("the other agent went on at concurrency 16 of 16"),
                          HasSubstr("no agent was left, so the rest was not sent")));
}

TEST(LostAgent, AbortStopsTheCase) {
  SimulatedAgents agents({{}, {.lost_at_ns = 3 * kSecond}}, 1);
  SimulatedSource source(5000, 10);
  CaseCoordinator coordinator(Order(source, 16, OnAgentLoss::kAbort), agents.run_agents());
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  EXPECT_TRUE(coordinator.aborted());
  ExpectConserved(agents, coordinator, 5000);
  EXPECT_GT(CountOf(coordinator.NotSentRequests()), 1000u);
  EXPECT_THAT(coordinator.incomplete_reasons(),
              ElementsAre(AllOf(HasSubstr("was lost"), Not(HasSubstr("the rest")))));
}

TEST(LostAgent, BeforeTheStartNothingIsLost) {
  SimulatedAgents agents({{}, {.lost_at_ns = 1'050 * kMs, .never_ready = true}}, 1);
  SimulatedSource source(500, 10);
  CaseCoordinator coordinator(Order(source, 16), agents.run_agents());
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  EXPECT_TRUE(coordinator.rejection().ok());
  EXPECT_THAT(coordinator.incomplete_reasons(), IsEmpty());
  EXPECT_EQ(agents.recorded().size(), 500u);
  EXPECT_EQ(agents.peak_in_flight(), 16);
}

TEST(LostAgent, BeforeTheStartItIsARejectionWhenTheOthersCannotCarryIt) {
  for (const bool abort : {false, true}) {
    SimulatedAgents agents(
        {{.max_concurrency = abort ? 100 : 15}, {.lost_at_ns = 1'050 * kMs, .never_ready = true}},
        1);
    SimulatedSource source(500, 10);
    CaseCoordinator coordinator(
        Order(source, 16, abort ? OnAgentLoss::kAbort : OnAgentLoss::kContinue),
        agents.run_agents());
    agents.Play(coordinator);
    EXPECT_THAT(std::string(coordinator.rejection().message()),
                HasSubstr("agent agent1 was lost: the connection broke"));
    EXPECT_THAT(agents.sent(), IsEmpty());
  }
}

TEST(LostAgent, BeforeTheStartNothingCanHaveBeenSent) {
  SimulatedAgents agents({{.latency_ns = 20 * kMs}, {.lost_at_ns = 1'050 * kMs}}, 1);
  SimulatedSource source(500, 10);
  CaseCoordinator coordinator(Order(source, 16, OnAgentLoss::kAbort), agents.run_agents());
  agents.Play(coordinator);
  EXPECT_FALSE(coordinator.rejection().ok());
  ASSERT_FALSE(coordinator.LostRequests(1).empty()) << "it was lost after the first handing out";
  EXPECT_FALSE(coordinator.MayHaveBegun(1));
}

TEST(LostAgent, OneThatHeldNothingIsNotMissedBeforeAnOpenLoopStarts) {
  SimulatedAgents agents({{.latency_ns = 20 * kMs}, {.lost_at_ns = 1'050 * kMs}}, 1);
  SimulatedSource source(100, 10, 100 * kMs);
  CaseOrder order = Order(source, 1);
  order.agent_case.open_loop = OpenLoop{10};
  CaseCoordinator coordinator(std::move(order), agents.run_agents());
  agents.Play(coordinator);
  EXPECT_TRUE(coordinator.rejection().ok()) << coordinator.rejection();
  ExpectConserved(agents, coordinator, 100);
  EXPECT_EQ(agents.recorded().size(), 100u);
}

TEST(LostAgent, AfterItGaveUpItsShareIsNotGivenAwayAgain) {
  SimulatedAgents agents({{}, {.lost_at_ns = 3'100 * kMs}}, 1);
  SimulatedSource source(5000, 10);
  CaseCoordinator coordinator(Order(source, 16), agents.run_agents());
  agents.At(3 * kSecond, [&] {
    // It overtook the last records, which never come.
    CaseDoneEvent done{.last_sequence = 1'000'000, .gave_up = "it had enough"};
    coordinator.Handle({.agent = 1, .body = std::move(done)}, agents.now_ns());
  });
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  ExpectConserved(agents, coordinator, 5000);
  ASSERT_FALSE(coordinator.LostRequests(1).empty());
  EXPECT_TRUE(coordinator.MayHaveBegun(1));
  EXPECT_EQ(coordinator.agents()[0].share, 16);
  EXPECT_THAT(coordinator.incomplete_reasons(),
              ElementsAre(AllOf(HasSubstr("was lost"), HasSubstr("concurrency 16 of 16"))));
}

TEST(LostAgent, AfterItToldItsEndTheCaseLosesNothing) {
  SimulatedAgents agents(
      {{}, {.latency_ns = 60 * kMs, .lost_at_ns = 5 * kSecond, .gives_up_at_ns = 3 * kSecond}}, 1);
  SimulatedSource source(3000, 10, 10 * kMs);
  CaseOrder order = Order(source, 16);
  order.agent_case.open_loop = OpenLoop{100};
  CaseCoordinator coordinator(std::move(order), agents.run_agents());
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  ASSERT_FALSE(coordinator.LostRequests(1).empty()) << "work crossed its CaseDone";
  EXPECT_FALSE(coordinator.MayHaveBegun(1));
  EXPECT_FALSE(coordinator.agents()[1].lost);
  EXPECT_TRUE(agents.run_agents()[1]->lost) << "for the cases that follow";
  EXPECT_THAT(coordinator.incomplete_reasons(),
              ElementsAre(AllOf(HasSubstr("gave the case up"), HasSubstr("the other agent"))));
  ExpectConserved(agents, coordinator, 3000);
}

TEST(LostAgent, WhatItRecalledInAnEarlierCaseIsNotOfThisOne) {
  SimulatedAgents agents({{}, {}}, 1);
  SimulatedSource source(500, 10);
  CaseCoordinator coordinator(Order(source, 16), agents.run_agents());
  agents.At(1'500 * kMs, [&] {
    coordinator.Handle({.agent = 1, .body = RecalledEvent{{490, 491, 492}}}, agents.now_ns());
  });
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  ExpectConserved(agents, coordinator, 500);
  EXPECT_EQ(agents.recorded().size(), 500u);
}

TEST(SuspectedAgent, IsHandedNothingAndGoesOnAfterwards) {
  SimulatedAgents agents({{}, {.silent_from_ns = 3 * kSecond, .silent_to_ns = 7 * kSecond}}, 1);
  SimulatedSource source(5000, 10);
  CaseCoordinator coordinator(Order(source, 16), agents.run_agents());
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  EXPECT_EQ(agents.words_into_silence(), 0);
  EXPECT_THAT(coordinator.incomplete_reasons(), IsEmpty());
  EXPECT_EQ(agents.recorded().size(), 5000u);
  ExpectConserved(agents, coordinator, 5000);
  EXPECT_GT(coordinator.agents()[1].handed, 1000);
}

TEST(SuspectedAgent, NobodyStartsWithoutIt) {
  SimulatedAgents agents({{}, {.silent_from_ns = 1'001 * kMs, .silent_to_ns = 7 * kSecond}}, 1);
  SimulatedSource source(500, 10);
  CaseCoordinator coordinator(Order(source, 16), agents.run_agents());
  agents.Play(coordinator);
  EXPECT_GT(*coordinator.start_ns(), 7 * kSecond);
  EXPECT_EQ(agents.recorded().size(), 500u);
}

TEST(SuspectedAgent, IsNotWaitedForWhenTheUserBreaksOff) {
  // While it is silent, and so shortly before that the words no longer reach it.
  for (const int64_t drain_ns : {4 * kSecond, 3 * kSecond - 50'000}) {
    SimulatedAgents agents({{}, {.silent_from_ns = 3 * kSecond, .silent_to_ns = 60 * kSecond}}, 1);
    SimulatedSource source(5000, 10);
    CaseCoordinator coordinator(Order(source, 16), agents.run_agents());
    agents.At(drain_ns, [&] { coordinator.Interrupt(StopMode::kDrain, "interrupted"); });
    agents.At(drain_ns == 4 * kSecond ? 5 * kSecond : drain_ns, [&] {
      EXPECT_FALSE(coordinator.ended()) << "its lease may bring it back";
      coordinator.Interrupt(StopMode::kCancel, "interrupted");
    });
    agents.Play(coordinator);
    ASSERT_TRUE(coordinator.ended());
    EXPECT_LT(agents.now_ns(), 6 * kSecond);
    EXPECT_THAT(coordinator.incomplete_reasons(),
                ElementsAre("interrupted", HasSubstr("it was silent when the run was broken off")));
  }
}

TEST(AgentThatGivesUp, DoesNotEndTheCase) {
  SimulatedAgents agents({{}, {.gives_up_at_ns = 3 * kSecond}}, 1);
  SimulatedSource source(5000, 10);
  CaseCoordinator coordinator(Order(source, 16), agents.run_agents());
  agents.Play(coordinator);
  ASSERT_TRUE(coordinator.ended());
  ExpectConserved(agents, coordinator, 5000);
  EXPECT_THAT(coordinator.LostRequests(1), IsEmpty());
  EXPECT_THAT(coordinator.NotSentRequests(), IsEmpty());
  EXPECT_THAT(
      coordinator.incomplete_reasons(),
      ElementsAre(AllOf(HasSubstr("agent agent1 gave the case up "),
                        HasSubstr("s after the start (it had enough): of what it held, 0 requests "
                                  "were broken off and "),
                        HasSubstr("the other agent did the rest at concurrency 16 of 16"))));
  EXPECT_GT(coordinator.agents()[1].not_sent_records, 0);
}

TEST(Start, IsRefusedWhenAClockIsNotKnownWellEnough) {
  SimulatedAgents agents({{}, {.latency_ns = 150 * kMs}}, 1);
  SimulatedSource source(50, 10);
  CaseCoordinator coordinator(Order(source, 16), agents.run_agents());
  agents.Play(coordinator);
  EXPECT_THAT(std::string(coordinator.rejection().message()),
              AllOf(HasSubstr("clock of agent agent1 is known to +- 150 ms only"),
                    HasSubstr("max_start_skew is 100 ms"), HasSubstr("took 300 ms")));
  EXPECT_THAT(agents.sent(), IsEmpty());
}

}  // namespace
}  // namespace monsoon
