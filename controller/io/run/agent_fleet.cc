#include "controller/io/run/agent_fleet.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/wire/protocol.h"

namespace monsoon {
namespace {

constexpr int kFirstPings = 16;
constexpr int64_t kPongTimeoutNs = 5 * kNsPerS;

}  // namespace

absl::StatusOr<std::unique_ptr<AgentFleet>> AgentFleet::Connect(const FleetOptions& options,
                                                                const std::string& run_id,
                                                                const Clock* clock) {
  std::unique_ptr<AgentFleet> fleet(new AgentFleet(clock));
  RETURN_IF_ERROR(fleet->ConnectAll(options, run_id));
  RETURN_IF_ERROR(fleet->MeasureClocks());
  return fleet;
}

absl::Status AgentFleet::ConnectAll(const FleetOptions& options, const std::string& run_id) {
  std::vector<AgentTarget> targets;
  if (options.agents.empty()) {
    ASSIGN_OR_RETURN(embedded_,
                     EmbeddedAgent::Start(options.embedded_arguments, options.embedded_core));
    targets.push_back(embedded_->target());
  } else {
    ASSIGN_OR_RETURN(targets, ResolveSecureAgents(options.agents, options.security));
  }
  if (options.expect_agents > 0 && static_cast<int64_t>(targets.size()) != options.expect_agents) {
    return absl::FailedPreconditionError(
        StrCat("expect_agents is ", options.expect_agents, ", but the names in `agents` stand for ",
               targets.size(), "; wait until all are up, or correct the number"));
  }
  for (const AgentTarget& target : targets) {
    if (options.carries_secrets && !target.confidential()) {
      return absl::PermissionDeniedError(StrCat(
          "the engine's API key would travel to agent ", target.name,
          " in plain text; give --agent-ca, --agent-cert and --agent-key (agent_tls), or use "
          "agents on this machine or through a tunnel (ssh -L)"));
    }
    ASSIGN_OR_RETURN(std::unique_ptr<GrpcAgentLink> link,
                     GrpcAgentLink::Connect(target, run_id, links_.size(), &clock_, &inbox_,
                                            options.on_records));
    states_.push_back(std::make_unique<RunAgent>(link.get(), link->info().item_cache_bytes));
    agents_.push_back(states_.back().get());
    links_.push_back(std::move(link));
  }
  return absl::OkStatus();
}

absl::Status AgentFleet::MeasureClocks() {
  for (size_t agent = 0; agent < agents_.size(); ++agent) {
    for (int i = 0; i < kFirstPings; ++i) {
      links_[agent]->Ping(next_ping_++, clock_.MonotonicNs());
      const std::optional<AgentEvent> event = inbox_.Pop(absl::Nanoseconds(kPongTimeoutNs));
      const auto* pong = event ? std::get_if<PongEvent>(&event->body) : nullptr;
      if (pong == nullptr) {
        const auto* lost = event ? std::get_if<LostEvent>(&event->body) : nullptr;
        return absl::UnavailableError(
            StrCat("agent ", agents_[event ? event->agent : agent]->link->info().name,
                   " stopped answering: ", lost != nullptr ? lost->reason : "no answer to a ping"));
      }
      agents_[event->agent]->clock.Add(pong->times);
    }
  }
  last_ping_ns_ = clock_.MonotonicNs();
  return absl::OkStatus();
}

void AgentFleet::PingAll(int64_t now_ns) {
  if (now_ns - last_ping_ns_ < kPingIntervalNs) return;
  last_ping_ns_ = now_ns;
  for (RunAgent* agent : agents_) {
    if (!agent->lost) agent->link->Ping(next_ping_++, now_ns);
  }
}

void AgentFleet::Idle(int64_t timeout_ns) {
  const std::optional<AgentEvent> event = Next(timeout_ns);
  const auto* late = event ? std::get_if<RecordsEvent>(&event->body) : nullptr;
  if (late == nullptr) return;
  RunAgent& agent = *agents_[event->agent];
  agent.last_sequence = std::max(agent.last_sequence, late->sequence);
  agent.link->Acknowledge(late->sequence);
}

std::optional<AgentEvent> AgentFleet::Next(int64_t timeout_ns) {
  PingAll(clock_.MonotonicNs());
  std::optional<AgentEvent> event = inbox_.Pop(absl::Nanoseconds(timeout_ns));
  if (!event) return std::nullopt;
  if (const auto* pong = std::get_if<PongEvent>(&event->body)) {
    agents_[event->agent]->clock.Add(pong->times);
    return std::nullopt;
  }
  if (std::holds_alternative<LostEvent>(event->body)) agents_[event->agent]->lost = true;
  return event;
}

}  // namespace monsoon
