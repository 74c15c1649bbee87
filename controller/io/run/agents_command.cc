#include "controller/io/run/agents_command.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/time/steady_clock.h"
#include "controller/core/report/agent_table.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/exit_status.h"
#include "controller/core/scenario/agent_entry.h"
#include "controller/io/agents/inspect_agent.h"
#include "controller/io/run/run_inputs.h"
#include "controller/io/run/scenario_security.h"
#include "controller/io/scenario/scenario_yaml.h"

namespace monsoon {
namespace {

struct Wanted {
  std::vector<std::string> agents;
  int64_t expected = 0;  // 0: as many as `agents` stand for
  AgentSecurity security;
};

bool NamesScenario(const std::string& what) {
  return absl::EndsWith(what, ".yaml") || absl::EndsWith(what, ".yml") ||
         std::filesystem::is_regular_file(what);
}

absl::StatusOr<Wanted> FindWanted(const AgentsOptions& options) {
  Wanted wanted{.agents = options.agents, .security = options.security};
  if (!options.what.empty() && NamesScenario(options.what)) {
    ASSIGN_OR_RETURN(const Scenario scenario, LoadScenario(options.what, {}, ProcessEnvironment()));
    wanted.security = SecurityOf(options.security, scenario);
    if (wanted.agents.empty()) wanted.agents = scenario.agents;
    wanted.expected = scenario.expect_agents;
  } else if (!options.what.empty()) {
    for (const absl::string_view name : absl::StrSplit(options.what, ',', absl::SkipEmpty())) {
      wanted.agents.emplace_back(name);
    }
  } else if (wanted.agents.empty()) {
    return absl::InvalidArgumentError(
        "name the agents: controller agents SCENARIO.yaml, or controller agents HOST:PORT,...");
  }
  return wanted;
}

AgentRow ToRow(const std::string& address, const absl::StatusOr<AgentInspection>& seen) {
  AgentRow row{.address = address};
  if (!seen.ok()) {
    row.error = std::string(seen.status().message());
    return row;
  }
  const AgentInfo& info = seen->info;
  row.name = info.own_name;
  row.hostname = info.hostname;
  row.version = info.version;
  row.protocol = info.protocol;
  row.busy = info.busy;
  row.draining = info.draining;
  row.run_id = info.run_id;
  row.clock_offset_s = ToSeconds(seen->offset_ns);
  row.clock_bound_s = ToSeconds(seen->bound_ns);
  row.round_trip_s = ToSeconds(seen->round_trip_ns);
  row.load_threads = info.load_threads;
  row.cores = info.cores;
  row.max_connections = info.max_concurrency;
  row.free_connections = std::max<int64_t>(info.max_concurrency - info.used_concurrency, 0);
  return row;
}

// A name that does not resolve is a row of its own.
std::vector<AgentRow> LookAtAll(const Wanted& wanted) {
  std::vector<AgentRow> rows;
  std::vector<AgentTarget> targets;
  for (const std::string& name : wanted.agents) {
    const absl::StatusOr<AgentEntry> entry = ParseAgentArgument(name);
    const absl::StatusOr<std::vector<AgentTarget>> found =
        entry.ok() ? ResolveSecureAgents({entry->address}, wanted.security) : entry.status();
    if (!found.ok()) {
      rows.push_back({.address = name, .error = std::string(found.status().message())});
      continue;
    }
    for (const AgentTarget& target : *found) {
      const bool known = std::any_of(targets.begin(), targets.end(), [&](const AgentTarget& other) {
        return other.grpc == target.grpc;
      });
      if (!known) targets.push_back(target);
    }
  }
  const SteadyClock clock;
  const std::vector<absl::StatusOr<AgentInspection>> seen = InspectAgents(targets, clock);
  for (size_t i = 0; i < targets.size(); ++i) rows.push_back(ToRow(targets[i].name, seen[i]));
  return rows;
}

}  // namespace

int AgentsCommand(const AgentsOptions& options) {
  const absl::StatusOr<Wanted> wanted = FindWanted(options);
  if (!wanted.ok()) {
    std::cerr << ToStd(wanted.status().message()) << "\n";
    return kExitRejected;
  }
  if (wanted->agents.empty()) {
    std::cerr << options.what
              << " names no agents: `controller run` starts one on this machine for it\n";
    if (!options.json) return kExitOk;
  }
  const std::vector<AgentRow> rows = LookAtAll(*wanted);
  std::cout << (options.json ? RenderAgentsJson(rows) : RenderAgentTable(rows)) << std::flush;
  bool good = std::all_of(rows.begin(), rows.end(), IsUsable);
  for (const AgentRow& row : rows) {
    if (!row.error.empty()) std::cerr << CleanText(row.error) << "\n";
    if (row.draining) {
      std::cerr << "agent " << row.address << " is being stopped and takes no new run\n";
    }
  }
  if (wanted->expected > 0 && wanted->expected != static_cast<int64_t>(rows.size())) {
    std::cerr << "expect_agents is " << wanted->expected << ", but the names in `agents` stand for "
              << rows.size() << "; wait until all are up, or correct the number\n";
    good = false;
  }
  return good ? kExitOk : kExitRejected;
}

}  // namespace monsoon
