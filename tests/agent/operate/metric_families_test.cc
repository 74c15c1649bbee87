#include "agent/io/metrics/metric_families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/check_names.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <sstream>

namespace monsoon {
namespace {

using ::testing::HasSubstr;

const AgentIdentity kIdentity{.name = "load1",
                              .version = "0.1.0",
                              .instance_id = "abc",
                              .load_threads = 4,
                              .max_connections = 1000,
                              .start_time_s = 12.5};

AgentStatus BusyStatus() {
  AgentStatus status;
  status.Apply(RunTaken{.run_id = "r1"});
  SessionLive session{.now_ns = 20'000'000'000,
                      .heard_ns = 19'500'000'000,
                      .lease_until_ns = 29'500'000'000,
                      .unacknowledged_bytes = 4096,
                      .spilled_bytes = 1024};
  session.live = CaseLive{.started = true,
                          .counts = {.started = 12,
                                     .finished = 5,
                                     .token_events = 77,
                                     .starved_slot_ns = 1'500'000'000},
                          .queued = 3,
                          .connections = 9,
                          .loop_lag_max_ns = 250'000,
                          .busy_share = 0.25};
  session.live->counts.tally.ok = 3;
  session.live->counts.tally.failed[static_cast<size_t>(ErrorClass::kEmpty)] = 2;
  status.Take(session);
  status.Apply(RunResumed{"r1", "unix:"});
  status.Apply(SpillFailed{"r1", "full", false});
  return status;
}

std::string Scrape(const AgentStatus& status) {
  return prometheus::TextSerializer().Serialize(
      ToMetricFamilies(kIdentity, status, {.cpu_seconds = 1.5, .open_files = 7}));
}

TEST(MetricFamilies, SayWhatTheStatusSays) {
  const std::string text = Scrape(BusyStatus());
  for (const char* line :
       {"monsoon_agent_build_info{version=\"0.1.0\",name=\"load1\",instance_id=\"abc\"} 1\n",
        "monsoon_agent_state{state=\"idle\"} 0\n",
        "monsoon_agent_state{state=\"busy\"} 1\n",
        "monsoon_agent_case_running 1\n",
        "monsoon_agent_runs_total 1\n",
        "monsoon_agent_requests_started_total 12\n",
        "monsoon_agent_requests_total{outcome=\"ok\"} 3\n",
        "monsoon_agent_requests_total{outcome=\"failed\"} 2\n",
        "monsoon_agent_request_errors_total{class=\"empty\"} 2\n",
        "monsoon_agent_request_errors_total{class=\"dns\"} 0\n",
        "monsoon_agent_requests_in_flight 7\n",
        "monsoon_agent_requests_queued 3\n",
        "monsoon_agent_token_events_total 77\n",
        "monsoon_agent_starved_seconds_total 1.5\n",
        "monsoon_agent_connections_open 9\n",
        "monsoon_agent_connections_max 1000\n",
        "monsoon_agent_loop_lag_max_seconds 0.00025\n",
        "monsoon_agent_busy_ratio 0.25\n",
        "monsoon_agent_controller_silent_seconds 0.5\n",
        "monsoon_agent_lease_remaining_seconds 9.5\n",
        "monsoon_agent_unacknowledged_bytes 4096\n",
        "monsoon_agent_spilled_bytes 1024\n",
        "monsoon_agent_spills_failed_total 1\n",
        "monsoon_agent_resumptions_total 1\n",
        "process_cpu_seconds_total 1.5\n",
        "process_open_fds 7\n",
        "process_start_time_seconds 12.5\n"}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + line));
  }
}

TEST(MetricFamilies, ADrainingAgentIsNeitherIdleNorBusy) {
  AgentStatus status = BusyStatus();
  status.Apply(DrainBegan{"SIGTERM", 1});
  const std::string text = Scrape(status);
  EXPECT_THAT(text, HasSubstr("monsoon_agent_state{state=\"busy\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("monsoon_agent_state{state=\"draining\"} 1\n"));
}

// Prometheus' own rules: legal names, counters end in _total, one help and type for each name.
TEST(MetricFamilies, KeepTheConventions) {
  std::map<std::string, int> seen;
  for (const prometheus::MetricFamily& family : ToMetricFamilies(kIdentity, BusyStatus(), {})) {
    EXPECT_TRUE(prometheus::CheckMetricName(family.name)) << family.name;
    EXPECT_EQ(seen[family.name]++, 0) << family.name;
    EXPECT_FALSE(family.help.empty()) << family.name;
    EXPECT_FALSE(family.metric.empty()) << family.name;
    const bool total =
        family.name.size() > 6 && family.name.substr(family.name.size() - 6) == "_total";
    EXPECT_EQ(total, family.type == prometheus::MetricType::Counter) << family.name;
  }
}

TEST(ProcessUsage, IsThisProcess) {
  const ProcessUsage usage = ReadProcessUsage();
  EXPECT_GT(usage.cpu_seconds, 0);
  EXPECT_GT(usage.resident_bytes, 100'000);
  EXPECT_GE(usage.virtual_bytes, usage.resident_bytes);
  EXPECT_GE(usage.open_files, 3);
  EXPECT_GE(usage.max_open_files, usage.open_files);
  EXPECT_GE(usage.threads, 1);
}

}  // namespace
}  // namespace monsoon
