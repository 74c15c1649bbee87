#include "tests/fakes/simulated_agents.h"

#include <algorithm>
#include <utility>

#include "tests/fakes/simulated_agent.h"

namespace monsoon {
namespace {

constexpr int64_t kTickNs = 50'000'000;

}  // namespace

SimulatedAgents::SimulatedAgents(const std::vector<SimulatedAgentOptions>& options, uint64_t seed)
    : random_(seed) {
  for (size_t i = 0; i < options.size(); ++i) {
    agents_.push_back(std::make_unique<Agent>(this, i, options[i]));
    states_.push_back(
        std::make_unique<RunAgent>(agents_.back().get(), agents_.back()->info().item_cache_bytes));
    states_.back()->clock.Add({.sent_controller_ns = 0,
                               .received_agent_ns = options[i].latency_ns,
                               .sent_agent_ns = options[i].latency_ns,
                               .received_controller_ns = 2 * options[i].latency_ns});
    states_.back()->weight = options[i].weight;
    run_agents_.push_back(states_.back().get());
  }
}

SimulatedAgents::~SimulatedAgents() = default;

void SimulatedAgents::Schedule(int64_t at_ns, std::function<void()> action) {
  events_.push({std::max(at_ns, now_ns_), order_++, std::move(action)});
}

void SimulatedAgents::Deliver(AgentEvent event, int64_t latency_ns) {
  Schedule(now_ns_ + latency_ns, [this, event = std::move(event)] {
    ToController([this, event] {
      if (!coordinator_->ended()) coordinator_->Handle(event, now_ns_);
    });
  });
}

void SimulatedAgents::ToController(std::function<void()> action) {
  if (now_ns_ < pause_.first || now_ns_ >= pause_.second) return action();
  Schedule(pause_.second, std::move(action));
}

void SimulatedAgents::Play(CaseCoordinator& coordinator, int64_t limit_ns) {
  coordinator_ = &coordinator;
  coordinator.Begin(now_ns_).IgnoreError();
  std::function<void()> tick = [this, &tick] {
    ToController([this] { coordinator_->Tick(now_ns_); });
    Schedule(now_ns_ + kTickNs, tick);
  };
  Schedule(now_ns_ + kTickNs, tick);
  while (!coordinator.ended() && !events_.empty() && now_ns_ < limit_ns) {
    Event event = events_.top();
    events_.pop();
    now_ns_ = event.at_ns;
    event.action();
  }
}

absl::StatusOr<PlannedRequest> SimulatedSource::Get(uint64_t index) {
  PlannedRequest request;
  request.item = {ItemKind::kPrompt, "prompt " + std::to_string(index % distinct_)};
  request.item_id = ComputeItemId(request.item.kind, request.item.content);
  return request;
}

}  // namespace monsoon
