#include "controller/io/scenario/read_agents.h"

#include <algorithm>
#include <string>
#include <vector>

#include "common/base/str_cat.h"
#include "controller/core/scenario/agent_entry.h"
#include "controller/core/scenario/checks.h"

namespace monsoon {
namespace {

constexpr std::string_view kForms = "HOST:PORT, unix:PATH or {host: HOST:PORT, weight: NUMBER}";

// {host: load2:7070, weight: 2}; nullopt when something is wrong, which is reported.
std::optional<AgentEntry> ReadMapping(const YamlNode& item, Diagnostics& diagnostics) {
  MapReader map(item, "agents", diagnostics);
  AgentEntry entry;
  std::optional<double> weight = 1;
  map.ReadText("host", entry.address);
  map.ReadOptionalNumber("weight", kAgentWeightRange, weight);
  map.RejectUnknownKeys();
  entry.weight = weight.value_or(1);
  if (!map.Has("host")) {
    map.Report("host", "agents needs host: expected {host: HOST:PORT, weight: NUMBER}");
    return std::nullopt;
  }
  if (entry.address.empty()) return std::nullopt;  // reported above
  const absl::Status status = CheckAgentAddress(entry.address);
  if (status.ok()) return entry;
  map.Report("host",
             StrCat("agents.host is ", Describe(*map.Find("host")), ": ", ToStd(status.message())));
  return std::nullopt;
}

std::optional<AgentEntry> ReadEntry(MapReader& map, const YamlNode& item) {
  if (item.IsMap()) return ReadMapping(item, map.diagnostics());
  if (!item.IsScalar()) {
    map.Complain("agents", item, kForms);
    return std::nullopt;
  }
  absl::StatusOr<AgentEntry> entry = ParseAgentEntry(item.scalar);
  if (entry.ok()) return *std::move(entry);
  map.diagnostics().Add(item.mark,
                        StrCat("agents is ", Describe(item), ": ", entry.status().message()));
  return std::nullopt;
}

void ReadAgents(MapReader& map, std::vector<std::string>& agents) {
  const YamlNode* const node = map.Find("agents");
  if (node == nullptr) return;
  if (!node->IsSequence()) {
    return map.Complain("agents", *node, StrCat("a list of ", std::string(kForms)));
  }
  std::vector<std::string> addresses;
  for (const YamlNode& item : node->items) {
    if (item.IsBroken()) continue;
    const std::optional<AgentEntry> entry = ReadEntry(map, item);
    if (!entry) continue;
    if (std::find(addresses.begin(), addresses.end(), entry->address) != addresses.end()) {
      map.Complain("agents", item, "each agent once");
      continue;
    }
    addresses.push_back(entry->address);
    agents.push_back(FormatAgentEntry(*entry));
  }
}

}  // namespace

void ReadFleet(MapReader& map, Scenario& scenario) {
  ReadAgents(map, scenario.agents);
  map.ReadInt("expect_agents", kExpectAgentsRange, scenario.expect_agents);
  map.ReadDuration("lease", kLeaseRange, scenario.lease_ns);
  map.ReadChoice("on_agent_loss",
                 {{OnAgentLossName(OnAgentLoss::kContinue), OnAgentLoss::kContinue},
                  {OnAgentLossName(OnAgentLoss::kAbort), OnAgentLoss::kAbort}},
                 scenario.on_agent_loss);
  map.ReadDuration("max_start_skew", kStartSkewRange, scenario.max_start_skew_ns);
}

}  // namespace monsoon
