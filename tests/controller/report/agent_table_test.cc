#include "controller/core/report/agent_table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "nlohmann/json.hpp"

namespace monsoon {
namespace {

AgentRow Healthy() {
  return {.address = "load1:7070",
          .name = "left",
          .hostname = "host-a",
          .version = "0.1.0",
          .protocol = 3,
          .clock_offset_s = -0.0125,
          .clock_bound_s = 0.000021,
          .round_trip_s = 0.000042,
          .load_threads = 4,
          .cores = 8,
          .max_connections = 1000,
          .free_connections = 936};
}

std::vector<AgentRow> Fleet() {
  AgentRow busy = Healthy();
  busy.address = "load2:7070";
  busy.busy = true;
  busy.run_id = "1f2e";
  AgentRow draining = busy;
  draining.address = "load3:7070";
  draining.draining = true;
  return {Healthy(), busy, draining, {.address = "load4:7070", .error = "nobody answered"}};
}

TEST(AgentTable, HasARowForEachAgent) {
  EXPECT_EQ(RenderAgentTable(Fleet()),
            // clang-format off
      "agent       state     name  host    version  protocol            clock offset  round trip  threads/cores  free connections\n"
      "load1:7070  idle      left  host-a  0.1.0           3  -12.500 ms +- 0.021 ms    0.042 ms            4/8       936 of 1000\n"
      "load2:7070  run 1f2e  left  host-a  0.1.0           3  -12.500 ms +- 0.021 ms    0.042 ms            4/8       936 of 1000\n"
      "load3:7070  draining  left  host-a  0.1.0           3  -12.500 ms +- 0.021 ms    0.042 ms            4/8       936 of 1000\n"
      "load4:7070  unusable\n"
      "2 of 4 agents are usable\n");
  // clang-format on
}

TEST(AgentTable, ABusyAgentIsUsableAndOneThatLeavesIsNot) {
  const std::vector<AgentRow> fleet = Fleet();
  EXPECT_TRUE(IsUsable(fleet[0]));
  EXPECT_TRUE(IsUsable(fleet[1]));
  EXPECT_FALSE(IsUsable(fleet[2]));
  EXPECT_FALSE(IsUsable(fleet[3]));
}

TEST(AgentTable, IsJsonForScripts) {
  const nlohmann::json json = nlohmann::json::parse(RenderAgentsJson(Fleet()));
  EXPECT_EQ(json["schema"], "monsoon.agents/1");
  ASSERT_EQ(json["agents"].size(), 4u);
  EXPECT_EQ(json["agents"][0]["state"], "idle");
  EXPECT_EQ(json["agents"][0]["clock_offset_s"], -0.0125);
  EXPECT_EQ(json["agents"][1]["run_id"], "1f2e");
  EXPECT_EQ(json["agents"][2]["usable"], false);
  EXPECT_EQ(json["agents"][3]["error"], "nobody answered");
  EXPECT_FALSE(json["agents"][3].contains("version"));
}

// An agent may say anything of itself.
TEST(AgentTable, HostileTextStaysInItsCell) {
  AgentRow row = Healthy();
  row.name = "a\nb\x1b[2J";
  row.hostname = "\xff";
  const std::string table = RenderAgentTable({row});
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 3);
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_NO_THROW(RenderAgentsJson({row}));
}

}  // namespace
}  // namespace monsoon
