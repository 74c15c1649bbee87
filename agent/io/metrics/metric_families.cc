#include "agent/io/metrics/metric_families.h"

#include <utility>

#include "common/time/clock.h"

namespace monsoon {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

class Families {
 public:
  // Begins a family; its values follow.
  Families& Counter(const char* name, const char* help) {
    return Begin(name, help, MetricType::Counter);
  }
  Families& Gauge(const char* name, const char* help) {
    return Begin(name, help, MetricType::Gauge);
  }
  template <typename Number>
  Families& Value(Number number, Labels labels = {}) {
    MetricFamily& family = all_.back();
    ClientMetric metric;
    metric.label = std::move(labels);
    const auto value = static_cast<double>(number);
    (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    family.metric.push_back(std::move(metric));
    return *this;
  }
  std::vector<MetricFamily> Take() { return std::move(all_); }

 private:
  Families& Begin(const char* name, const char* help, MetricType type) {
    MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = type;
    all_.push_back(std::move(family));
    return *this;
  }
  std::vector<MetricFamily> all_;
};

void AddIdentity(Families& out, const AgentIdentity& identity) {
  out.Gauge("monsoon_agent_build_info", "The program; always 1")
      .Value(1, {{"version", identity.version},
                 {"name", identity.name},
                 {"instance_id", identity.instance_id}});
  out.Gauge("monsoon_agent_load_threads", "Load threads that a case gets")
      .Value(identity.load_threads);
  out.Gauge("monsoon_agent_connections_max",
            "Connections that the limit of open files has room for")
      .Value(identity.max_connections);
}

void AddRun(Families& out, const AgentStatus& status) {
  const bool live = status.session.live.has_value();
  const char* const state = status.draining ? "draining" : status.busy() ? "busy" : "idle";
  out.Gauge("monsoon_agent_state", "1 for the state that the agent is in, 0 for the others");
  for (const char* const known : {"idle", "busy", "draining"}) {
    out.Value(std::string(state) == known ? 1 : 0, {{"state", known}});
  }
  out.Gauge("monsoon_agent_case_running", "1 while a case sends requests")
      .Value(live && status.session.live->started ? 1 : 0);
  out.Counter("monsoon_agent_runs_total", "Runs that this agent was taken for")
      .Value(status.runs_taken);
  out.Counter("monsoon_agent_cases_total", "Cases that have ended").Value(status.cases_ended);
  out.Counter("monsoon_agent_refusals_total", "Controllers that were turned away")
      .Value(status.refusals);
  out.Gauge("monsoon_agent_controller_silent_seconds",
            "How long nothing was heard from the controller of the run; 0 while idle")
      .Value(status.busy() ? ToSeconds(status.session.now_ns - status.session.heard_ns) : 0);
  out.Gauge("monsoon_agent_lease_remaining_seconds",
            "How long this agent may go on sending if it hears nothing more; 0 while idle")
      .Value(ToSeconds(status.lease_left_ns()));
  out.Counter("monsoon_agent_leases_lost_total", "Leases that ran out").Value(status.leases_lost);
  out.Gauge("monsoon_agent_unacknowledged_bytes",
            "Records that the controller of the run has not confirmed, in memory and on disk")
      .Value(status.session.unacknowledged_bytes);
  out.Gauge("monsoon_agent_spilled_bytes", "Of these, the ones on disk")
      .Value(status.session.spilled_bytes);
  out.Counter("monsoon_agent_spills_failed_total", "Times that records could not go to disk")
      .Value(status.spills_failed);
  out.Counter("monsoon_agent_resumptions_total",
              "Times that a controller took its run up again over a new stream")
      .Value(status.resumptions);
}

void AddLoad(Families& out, const AgentStatus& status) {
  const LoadCounts totals = status.totals();
  out.Counter("monsoon_agent_requests_started_total", "Requests that a load thread has begun")
      .Value(totals.started);
  out.Counter("monsoon_agent_requests_total", "Requests that have ended, by outcome")
      .Value(totals.tally.ok, {{"outcome", "ok"}})
      .Value(totals.tally.failed_in_all(), {{"outcome", "failed"}})
      .Value(totals.tally.cancelled, {{"outcome", "cancelled"}})
      .Value(totals.tally.not_sent, {{"outcome", "not_sent"}});
  out.Counter("monsoon_agent_request_errors_total", "Failed requests, by class");
  for (int i = 1; i < kErrorClassCount; ++i) {
    out.Value(totals.tally.failed[static_cast<size_t>(i)],
              {{"class", std::string(ErrorClassName(static_cast<ErrorClass>(i)))}});
  }
  out.Counter("monsoon_agent_token_events_total",
              "Stream events with generated text, of requests that have ended")
      .Value(totals.token_events);
  out.Counter("monsoon_agent_starved_seconds_total",
              "Time in which slots were free and no work was there, summed over the slots")
      .Value(ToSeconds(totals.starved_slot_ns));
  const CaseLive live = status.session.live.value_or(CaseLive());
  out.Gauge("monsoon_agent_requests_in_flight", "Requests begun and not ended")
      .Value(status.in_flight());
  out.Gauge("monsoon_agent_requests_queued", "Requests handed out to this agent and not begun")
      .Value(live.queued);
  out.Gauge("monsoon_agent_connections_open", "Connections to the engine").Value(live.connections);
  out.Gauge("monsoon_agent_loop_lag_max_seconds",
            "Longest time from a socket's readiness to its being read, in this case so far")
      .Value(ToSeconds(live.loop_lag_max_ns));
  out.Gauge("monsoon_agent_busy_ratio",
            "Share of time that the busiest load thread worked, in its busiest second of this case")
      .Value(live.busy_share);
}

void AddProcess(Families& out, const AgentIdentity& identity, const ProcessUsage& usage) {
  out.Counter("process_cpu_seconds_total", "CPU time of all threads").Value(usage.cpu_seconds);
  out.Gauge("process_resident_memory_bytes", "Memory in RAM").Value(usage.resident_bytes);
  out.Gauge("process_virtual_memory_bytes", "Address space").Value(usage.virtual_bytes);
  out.Gauge("process_open_fds", "Open file descriptors").Value(usage.open_files);
  out.Gauge("process_max_fds", "Limit of open file descriptors").Value(usage.max_open_files);
  out.Gauge("process_threads", "Threads").Value(usage.threads);
  out.Gauge("process_start_time_seconds", "When the program started, since 1970")
      .Value(identity.start_time_s);
}

}  // namespace

std::vector<MetricFamily> ToMetricFamilies(const AgentIdentity& identity, const AgentStatus& status,
                                           const ProcessUsage& usage) {
  Families families;
  AddIdentity(families, identity);
  AddRun(families, status);
  AddLoad(families, status);
  AddProcess(families, identity, usage);
  return families.Take();
}

}  // namespace monsoon
