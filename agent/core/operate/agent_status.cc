#include "agent/core/operate/agent_status.h"

#include <algorithm>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

// The case is over: what it counted belongs to the past, once.
void EndLive(AgentStatus& status, const LoadCounts& counts) {
  status.past += counts;
  status.session.live.reset();
}

}  // namespace

LoadCounts AgentStatus::totals() const {
  LoadCounts total = past;
  if (session.live) total += session.live->counts;
  return total;
}

uint64_t AgentStatus::in_flight() const {
  if (!session.live) return 0;
  const LoadCounts& counts = session.live->counts;
  return counts.started - std::min(counts.started, counts.finished);
}

int64_t AgentStatus::lease_left_ns() const {
  return std::max<int64_t>(session.lease_until_ns - session.now_ns, 0);
}

void AgentStatus::Apply(const ServiceEvent& event) {
  if (const auto* taken = std::get_if<RunTaken>(&event)) {
    run_id = taken->run_id;
    controller = taken->controller;
    controller_silent = lease_lost = false;
    session = SessionLive();
    ++runs_taken;
  } else if (std::holds_alternative<RunEnded>(event)) {
    if (session.live) EndLive(*this, session.live->counts);
    run_id.clear();
    controller.clear();
    session = SessionLive();
  } else if (const auto* ended = std::get_if<CaseEnded>(&event)) {
    EndLive(*this, ended->counts);
    ++cases_ended;
  } else if (const auto* resumed = std::get_if<RunResumed>(&event)) {
    controller = resumed->controller;
    ++resumptions;
  } else if (std::holds_alternative<Refused>(event)) {
    ++refusals;
  } else if (std::holds_alternative<SpillFailed>(event)) {
    ++spills_failed;
  } else if (std::holds_alternative<LeaseLost>(event)) {
    ++leases_lost;
  } else if (std::holds_alternative<DrainBegan>(event)) {
    draining = true;
  }
}

std::vector<ServiceEvent> AgentStatus::Take(const SessionLive& now) {
  const bool spilled = session.spilled_bytes == 0 && now.spilled_bytes > 0;
  session = now;
  const int64_t silent_ns = now.now_ns - now.heard_ns;
  std::vector<ServiceEvent> events;
  if (silent_ns > kSilentAfterNs && !controller_silent) {
    controller_silent = true;
    events.emplace_back(ControllerSilent{run_id, silent_ns});
  } else if (silent_ns <= kSilentAfterNs && controller_silent) {
    controller_silent = false;
    events.emplace_back(ControllerHeard{run_id, silent_ns});
  }
  const bool lost = now.lease_until_ns < now.now_ns;
  if (lost && !lease_lost) events.emplace_back(LeaseLost{run_id, silent_ns});
  lease_lost = lost;
  if (spilled) events.emplace_back(RecordsSpilled{run_id, now.spilled_bytes});
  return events;
}

std::string DescribeStatus(const AgentStatus& status) {
  std::string text = status.draining ? "stopping; " : "";
  if (!status.busy()) return text + "idle";
  text += StrCat("run ", status.run_id);
  if (!status.session.live) return text + ": between cases";
  const CaseLive& live = *status.session.live;
  text += StrCat(" case ", live.case_index + 1, ": ");
  if (!live.started) return text + "ready to start";
  return text + StrCat(status.in_flight(), " in flight, ", live.counts.finished, " done",
                       status.controller_silent ? "; the controller is silent" : "");
}

}  // namespace monsoon
