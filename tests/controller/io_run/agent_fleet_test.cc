// The fleet against real agents' servers in this process.
#include "controller/io/run/agent_fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"

#include "agent/io/service/agent_server.h"
#include "common/time/steady_clock.h"

namespace monsoon {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

class AgentFleetTest : public ::testing::Test {
 protected:
  std::unique_ptr<AgentServer> Serve(const std::string& instance_id, const std::string& address) {
    auto server =
        AgentServer::Start({.hostname = "host", .instance_id = instance_id}, address, &clock_);
    EXPECT_TRUE(server.ok()) << server.status();
    return server.ok() ? *std::move(server) : nullptr;
  }
  FleetOptions Options(std::vector<std::string> agents) {
    FleetOptions options;
    options.agents = std::move(agents);
    options.say = [this](const std::string& sentence) { said_.push_back(sentence); };
    return options;
  }
  static std::string At(const std::string& host, const AgentServer& server) {
    return host + ":" + std::to_string(server.port());
  }
  // Passes time until an event of this type; its agent, or -1 after 30 s.
  template <typename Event>
  int Await(AgentFleet& fleet) {
    const int64_t until_ns = clock_.MonotonicNs() + 30 * kNsPerS;
    while (clock_.MonotonicNs() < until_ns) {
      const std::optional<AgentEvent> event = fleet.Next(20 * kNsPerMs);
      if (event && std::holds_alternative<Event>(event->body)) {
        return static_cast<int>(event->agent);
      }
    }
    return -1;
  }

  SteadyClock clock_;
  std::vector<std::string> said_;
};

TEST_F(AgentFleetTest, KnowsItsAgentsTheirClocksAndWeights) {
  const auto one = Serve("one", "127.0.0.1:0"), two = Serve("two", "127.0.0.1:0");
  auto fleet = AgentFleet::Connect(Options({At("127.0.0.1", *one), At("127.0.0.1", *two) + "*2.5"}),
                                   "run", &clock_);
  ASSERT_TRUE(fleet.ok()) << fleet.status();
  ASSERT_EQ((*fleet)->agents().size(), 2u);
  EXPECT_EQ((*fleet)->agents()[0]->weight, 1);
  EXPECT_EQ((*fleet)->agents()[1]->weight, 2.5);
  for (const RunAgent* agent : (*fleet)->agents()) {
    ASSERT_TRUE(agent->clock.known());
    const int64_t now_ns = clock_.MonotonicNs();
    EXPECT_LE(std::abs(agent->clock.offset_ns(now_ns)), agent->clock.bound_ns(now_ns));
  }
  *fleet = nullptr;
  // Ended, so the agents are free at once.
  EXPECT_TRUE(AgentFleet::Connect(Options({At("127.0.0.1", *one)}), "next", &clock_).ok());
}

TEST_F(AgentFleetTest, OneAgentUnderTwoNamesIsAnErrorThatGivesBoth) {
  const auto server = Serve("one", "0.0.0.0:0");
  const std::string first = At("127.0.0.1", *server), second = At("127.0.0.2", *server);
  const absl::Status status =
      AgentFleet::Connect(Options({first, second}), "run", &clock_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(first), HasSubstr(second), HasSubstr("the same agent")));
}

TEST_F(AgentFleetTest, StopsWhenTheUserWantsToGo) {
  FleetOptions options = Options({"127.0.0.1:9"});  // nobody is there
  options.interrupted = [] { return true; };
  const int64_t before_ns = clock_.MonotonicNs();
  EXPECT_EQ(AgentFleet::Connect(options, "run", &clock_).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_LT(clock_.MonotonicNs() - before_ns, 3 * kNsPerS);
}

TEST_F(AgentFleetTest, WhatWaitsInTheInboxIsNoSilence) {
  std::vector<std::unique_ptr<AgentServer>> servers;
  std::vector<std::string> addresses;
  for (int i = 0; i < 8; ++i) {
    servers.push_back(Serve("agent" + std::to_string(i), "127.0.0.1:0"));
    addresses.push_back(At("127.0.0.1", *servers.back()));
  }
  FleetOptions options = Options(addresses);
  options.lease_ns = 4 * kNsPerS;  // suspicious after 2 s
  auto fleet = AgentFleet::Connect(options, "run", &clock_);
  ASSERT_TRUE(fleet.ok()) << fleet.status();
  // All of them answer each ping at once; of each, a word is taken every 2.4 s.
  for (int i = 0; i < 20; ++i) {
    (*fleet)->Next(0);
    absl::SleepFor(absl::Milliseconds(300));
  }
  EXPECT_THAT(said_, ::testing::IsEmpty());
}

TEST_F(AgentFleetTest, AnAgentThatIsStartedAgainJoinsUnderANewIndex) {
  auto server = Serve("one", "127.0.0.1:0");
  const std::string address = At("127.0.0.1", *server);
  auto connected = AgentFleet::Connect(Options({address}), "run", &clock_);
  ASSERT_TRUE(connected.ok()) << connected.status();
  AgentFleet& fleet = **connected;
  server = nullptr;
  EXPECT_EQ(Await<SuspectedEvent>(fleet), 0);
  EXPECT_TRUE(fleet.agents()[0]->suspected);
  server = Serve("another", address);
  EXPECT_EQ(Await<LostEvent>(fleet), 0) << "long before its lease is over";
  EXPECT_TRUE(fleet.agents()[0]->lost);
  const int64_t until_ns = clock_.MonotonicNs() + 20 * kNsPerS;
  while (clock_.MonotonicNs() < until_ns &&
         (fleet.agents().size() < 2 || fleet.agents()[1]->lost)) {
    fleet.Next(20 * kNsPerMs);
  }
  ASSERT_EQ(fleet.agents().size(), 2u);
  EXPECT_FALSE(fleet.agents()[1]->lost);
  EXPECT_TRUE(fleet.agents()[0]->lost);
  EXPECT_EQ(fleet.agents()[1]->link->info().instance_id, "another");
  EXPECT_TRUE(fleet.agents()[1]->clock.known());
  EXPECT_THAT(said_, Contains(AllOf(HasSubstr(address), HasSubstr("its lease ends in"))));
  EXPECT_THAT(said_, Contains(AllOf(HasSubstr(address), HasSubstr("is lost"))));
  EXPECT_THAT(
      said_, Contains("agent " + address + " was started again, and serves the cases that follow"));
}

}  // namespace
}  // namespace monsoon
