// From what the user wrote to where an agent is.
#include "controller/io/agents/agent_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace monsoon {
namespace {

using ::testing::HasSubstr;

AgentTarget One(std::string_view text) {
  const absl::StatusOr<std::vector<AgentTarget>> targets = ResolveAgents(text);
  EXPECT_TRUE(targets.ok()) << targets.status();
  EXPECT_EQ(targets.value_or(std::vector<AgentTarget>()).size(), 1u) << text;
  return targets.ok() && !targets->empty() ? targets->front() : AgentTarget();
}

TEST(ResolveAgentsTest, AddressesAndPorts) {
  const AgentTarget v4 = One("127.0.0.1:7070");
  EXPECT_EQ(v4.name, "127.0.0.1:7070");
  EXPECT_EQ(v4.grpc, "ipv4:127.0.0.1:7070");
  EXPECT_TRUE(v4.local);
  const AgentTarget v6 = One("[::1]:7070");
  EXPECT_EQ(v6.name, "[::1]:7070");
  EXPECT_EQ(v6.grpc, "ipv6:[::1]:7070");
  EXPECT_TRUE(v6.local);
}

TEST(ResolveAgentsTest, OnlyLoopbackIsLocal) {
  EXPECT_TRUE(One("127.8.9.10:1").local);
  EXPECT_FALSE(One("10.0.0.7:65535").local);
  EXPECT_FALSE(One("0.0.0.0:7070").local);
  EXPECT_FALSE(One("[fd00::1]:7070").local);
}

TEST(ResolveAgentsTest, ASocketFileIsLocal) {
  const AgentTarget target = One("unix:/run/monsoon/a.sock");
  EXPECT_EQ(target.name, "unix:/run/monsoon/a.sock");
  EXPECT_EQ(target.grpc, "unix:/run/monsoon/a.sock");
  EXPECT_TRUE(target.local);
}

TEST(ResolveAgentsTest, LocalhostIsOneAgentNamedAsWritten) {
  const AgentTarget target = One("localhost:7070");
  EXPECT_EQ(target.name, "localhost:7070");
  EXPECT_TRUE(target.local);
}

TEST(ResolveAgentsTest, OtherFormsAreRefused) {
  for (const char* text : {"", "load1", "load1:", "load1:x", "load1:0", "load1:65536", "load1:-1",
                           ":7070", "[::1]", "load1:7070x", "unix:"}) {
    const absl::Status status = ResolveAgents(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << "'" << text << "'";
    EXPECT_THAT(std::string(status.message()), HasSubstr("HOST:PORT"));
  }
}

TEST(ResolveAgentsTest, ANameThatDoesNotResolveIsNamed) {
  const absl::Status status = ResolveAgents("name.invalid:7070").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("name.invalid:7070"));
}

TEST(ResolveAllAgentsTest, KeepsTheOrderAndDropsRepetitions) {
  const auto all =
      ResolveAllAgents({"10.0.0.2:1", "unix:/a", "10.0.0.1:1", "10.0.0.2:1", "10.0.0.2:2"});
  ASSERT_TRUE(all.ok()) << all.status();
  std::vector<std::string> names;
  for (const AgentTarget& target : *all) names.push_back(target.name);
  EXPECT_THAT(names, ::testing::ElementsAre("10.0.0.2:1", "unix:/a", "10.0.0.1:1", "10.0.0.2:2"));
  EXPECT_FALSE(ResolveAllAgents({"10.0.0.2:1", "oops"}).ok());
}

}  // namespace
}  // namespace monsoon
