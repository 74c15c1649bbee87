#include "controller/core/report/client_json.h"

#include "common/time/clock.h"
#include "controller/core/report/clean_text.h"
#include "controller/core/report/fleet_facts.h"

namespace monsoon {
namespace {

Json CalibrationJson(const std::optional<Calibration>& calibration) {
  if (!calibration) return nullptr;
  const CalibratedCapacity& capacity = calibration->capacity;
  return {{"hostname", CleanText(calibration->machine.hostname)},
          {"version", CleanText(calibration->version)},
          {"load_threads", calibration->load_threads},
          {"made_at", CleanText(calibration->made_at)},
          {"floor_s", {{"p50", calibration->floor.p50_s}, {"p99", calibration->floor.p99_s}}},
          {"capacity",
           {{"streams", capacity.streams},
            {"tokens_per_s", calibration->tokens_per_s},
            {"events_per_s", capacity.events_per_s},
            {"limited_by", CapacityLimitName(capacity.limit)}}}};
}

Json AgentJson(const AgentFacts& agent) {
  const LogHistogram& lag = agent.loop_lag_ns;
  const auto quantile = [&lag](double p) {
    return lag.count() == 0 ? Json(nullptr) : Json(ToSeconds(lag.Quantile(p)));
  };
  const auto clock = [&agent](int64_t ns) { return OptionalJson(ClockSeconds(agent, ns)); };
  return {{"name", CleanText(agent.name)},
          {"hostname", CleanText(agent.hostname)},
          {"version", CleanText(agent.version)},
          {"load_threads", agent.load_threads},
          {"concurrency", agent.concurrency},
          {"engine_address", CleanText(agent.engine_address)},
          {"clock_offset_s", clock(agent.clock_offset_ns)},
          {"clock_bound_s", clock(agent.clock_bound_ns)},
          {"new_connections", agent.new_connections},
          {"reused_connections", agent.reused_connections},
          {"busy_share_max", agent.busy_share_max},
          {"cpu_s", agent.cpu_seconds},
          {"starved_s", ToSeconds(agent.starved_slot_ns)},
          {"loop_lag_s", {{"p50", quantile(0.5)}, {"p99", quantile(0.99)}, {"max", quantile(1)}}},
          {"lost", agent.lost},
          {"lost_reason", CleanText(agent.lost_reason)}};
}

}  // namespace

Json ClientJson(const CaseReport& report) {
  const ClientReport& client = report.client;
  return {{"error_bound_s",
           {{"p50", OptionalJson(client.error_bound_p50_s)},
            {"p99", OptionalJson(client.error_bound_p99_s)}}},
          {"lag_bound_s",
           {{"p50", OptionalJson(client.lag_bound_p50_s)},
            {"p99", OptionalJson(client.lag_bound_p99_s)}}},
          {"calibration", CalibrationJson(report.facts.calibration)},
          {"loop_lag_s", DistributionJson(client.loop_lag_s)},
          {"kernel_lag_s", DistributionJson(client.kernel_lag_s)},
          {"first_token_lag_s", DistributionJson(client.first_token_lag_s)},
          {"timer_lag_s", DistributionJson(client.timer_lag_s)},
          {"clock_step_s", ToSeconds(client.clock_step_ns)},
          {"clock_rate_error", client.clock_rate_error},
          {"cpu_utilisation_max", client.cpu_utilisation_max},
          {"reused_connections", client.reused_connections},
          {"new_connections", client.new_connections},
          {"starved_s", client.starved_s},
          {"starved_share", OptionalJson(client.starved_share)}};
}

Json AgentsJson(const CaseReport& report) {
  Json out = Json::array();
  for (const AgentFacts& agent : report.facts.agents) out.push_back(AgentJson(agent));
  return out;
}

}  // namespace monsoon
