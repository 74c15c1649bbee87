#include "controller/core/report/fleet_json.h"

#include "common/time/clock.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/fleet_facts.h"

namespace monsoon {
namespace {

Json AgentJson(const CaseReport& report, const AgentFacts& agent) {
  const AgentTotals totals = report.totals_of(agent);
  const RequestCounts& counts = totals.requests;
  const auto clock = [&agent](int64_t ns) { return OptionalJson(ClockSeconds(agent, ns)); };
  return {{"name", CleanText(agent.name)},
          {"hostname", CleanText(agent.hostname)},
          {"weight", agent.weight},
          {"share", agent.concurrency},
          {"requests",
           {{"ok", counts.ok},
            {"failed", counts.failed},
            {"cancelled", counts.cancelled},
            {"not_sent", counts.not_sent},
            {"lost", counts.lost}}},
          {"input_tokens", totals.input_tokens},
          {"output_tokens", totals.output_tokens},
          {"clock_offset_s", clock(agent.clock_offset_ns)},
          {"clock_bound_s", clock(agent.clock_bound_ns)},
          {"clock_round_trip_s", clock(agent.clock_round_trip_ns)},
          {"clock_drift_ppm", OptionalJson(agent.clock_drift_ppm)},
          {"first_send_after_start_s", OptionalJson(FirstSendSeconds(report.facts, agent))},
          {"suspected_count", agent.suspected_count},
          {"suspected_s", ToSeconds(agent.suspected_ns)},
          {"reported", agent.reported},
          {"lost", agent.lost},
          {"lost_reason", CleanText(agent.lost_reason)},
          {"lost_requests", agent.lost_requests}};
}

}  // namespace

Json FleetJson(const CaseReport& report) {
  Json agents = Json::array();
  for (const AgentFacts& agent : report.facts.agents) agents.push_back(AgentJson(report, agent));
  return {{"first_send_skew_s", OptionalJson(FirstSendSkewSeconds(report.facts))},
          {"first_send_skew_bound_s", ToSeconds(report.facts.first_send_skew_bound_ns)},
          {"agents", std::move(agents)}};
}

}  // namespace monsoon
