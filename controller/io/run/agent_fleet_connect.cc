// AgentFleet: from what the user wrote to agents that are connected and whose clocks are known.
#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "controller/io/agents/inspect_agent.h"
#include "controller/io/run/agent_fleet.h"

namespace monsoon {
namespace {

constexpr int kFirstPings = 16;
constexpr int64_t kPongTimeoutNs = 5 * kNsPerS;
constexpr int64_t kSliceNs = 100 * kNsPerMs;

absl::Status Interrupted() { return absl::CancelledError("interrupted before any load"); }

// Two names for one agent: the second one finds it busy with this very run.
absl::Status ExplainRefusal(const absl::Status& refusal, const AgentTarget& target,
                            const std::vector<std::unique_ptr<GrpcAgentLink>>& links,
                            const Clock& clock) {
  const absl::StatusOr<AgentInspection> seen = InspectAgent(target, clock);
  if (!seen.ok()) return refusal;
  for (const auto& link : links) {
    if (link == nullptr || link->info().instance_id != seen->info.instance_id) continue;
    return absl::InvalidArgumentError(
        StrCat("agents ", link->info().name, " and ", target.name,
               " are the same agent; name each once, with a weight if it is to get more"));
  }
  return refusal;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AgentFleet>> AgentFleet::Connect(const FleetOptions& options,
                                                                const std::string& run_id,
                                                                const Clock* clock) {
  std::unique_ptr<AgentFleet> fleet(new AgentFleet(options, run_id, clock));
  RETURN_IF_ERROR(fleet->ConnectAll());
  RETURN_IF_ERROR(fleet->MeasureClocks());
  return fleet;
}

absl::StatusOr<std::vector<WeightedTarget>> AgentFleet::FindTargets() {
  std::vector<WeightedTarget> targets;
  if (options_.agents.empty()) {
    ASSIGN_OR_RETURN(embedded_,
                     EmbeddedAgent::Start(options_.embedded_arguments, options_.embedded_core,
                                          options_.embedded_inherits));
    targets.push_back({embedded_->target()});
  } else {
    ASSIGN_OR_RETURN(targets, ResolveWeightedAgents(options_.agents, options_.security));
  }
  const auto found = static_cast<int64_t>(targets.size());
  if (options_.expect_agents > 0 && found != options_.expect_agents) {
    return absl::FailedPreconditionError(StrCat(
        "expect_agents is ", options_.expect_agents, ", but the names in `agents` stand for ",
        found, "; wait until all are up, or correct the number (--set expect_agents=", found, ")"));
  }
  return targets;
}

absl::Status AgentFleet::CheckSecrets(const std::vector<WeightedTarget>& targets) const {
  for (const auto& [target, weight] : targets) {
    if (!options_.carries_secrets || target.confidential()) continue;
    return absl::PermissionDeniedError(StrCat(
        "the engine's API key, or a header's ${VARIABLE}, would travel to agent ", target.name,
        " in plain text; give --agent-ca, --agent-cert and --agent-key (agent_tls), or use "
        "agents on this machine or through a tunnel (ssh -L)"));
  }
  return absl::OkStatus();
}

LinkOptions AgentFleet::OptionsOf(size_t index) {
  return {.run_id = run_id_,
          .index = index,
          .lease_ns = options_.lease_ns,
          .clock = &clock_,
          .inbox = &inbox_,
          .on_records = options_.on_records};
}

absl::Status AgentFleet::ConnectAll() {
  ASSIGN_OR_RETURN(const std::vector<WeightedTarget> targets, FindTargets());
  RETURN_IF_ERROR(CheckSecrets(targets));
  std::vector<std::unique_ptr<GrpcAgentLink>> links(targets.size());
  std::vector<absl::Status> statuses(targets.size());
  std::atomic<bool> stop{false};
  std::atomic<size_t> left{targets.size()};
  std::vector<std::thread> threads;
  for (size_t i = 0; i < targets.size(); ++i) {
    LinkOptions link_options = OptionsOf(i);
    link_options.stop = &stop;
    threads.emplace_back([&, i, link_options = std::move(link_options)] {
      auto link = GrpcAgentLink::Connect(targets[i].target, link_options);
      statuses[i] = link.status();
      if (link.ok()) links[i] = *std::move(link);
      --left;
    });
  }
  while (left > 0) {
    absl::SleepFor(absl::Milliseconds(5));
    if (options_.interrupted && options_.interrupted()) stop = true;
  }
  for (std::thread& thread : threads) thread.join();
  if (stop) return Interrupted();
  for (size_t i = 0; i < targets.size(); ++i) {
    if (absl::IsFailedPrecondition(statuses[i])) {
      return ExplainRefusal(statuses[i], targets[i].target, links, clock_);
    }
    RETURN_IF_ERROR(statuses[i]);
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    auto member =
        std::make_unique<Member>(targets[i].target, options_.lease_ns, clock_.MonotonicNs());
    member->link = std::move(links[i]);
    member->state =
        std::make_unique<RunAgent>(member->link.get(), member->link->info().item_cache_bytes);
    member->state->weight = targets[i].weight;
    agents_.push_back(member->state.get());
    members_.push_back(std::move(member));
  }
  return absl::OkStatus();
}

absl::Status AgentFleet::MeasureClocks() {
  for (const auto& member : members_) {
    member->first_pings_left = kFirstPings;
    Ping(*member, clock_.MonotonicNs());
  }
  RETURN_IF_ERROR(AwaitPongs());
  judged_ns_ = clock_.MonotonicNs();
  return absl::OkStatus();
}

absl::Status AgentFleet::AwaitPongs() {
  const auto waiting = [this] {
    return std::find_if(members_.begin(), members_.end(),
                        [](const auto& member) { return member->first_pings_left > 0; });
  };
  int64_t heard_ns = clock_.MonotonicNs();
  for (auto late = waiting(); late != members_.end(); late = waiting()) {
    if (options_.interrupted && options_.interrupted()) return Interrupted();
    const std::optional<AgentEvent> event = inbox_.Pop(absl::Nanoseconds(kSliceNs));
    const int64_t now_ns = clock_.MonotonicNs();
    const auto* broken = event ? std::get_if<ConnectionEvent>(&event->body) : nullptr;
    if (broken != nullptr || (!event && now_ns - heard_ns > kPongTimeoutNs)) {
      const auto& who = event ? members_[event->agent] : *late;
      return absl::UnavailableError(StrCat(
          "agent ", who->target.name,
          " stopped answering: ", broken == nullptr ? "no answer to a ping" : broken->reason));
    }
    if (!event) continue;
    heard_ns = now_ns;
    Hear(*event, now_ns);
  }
  return absl::OkStatus();
}

}  // namespace monsoon
