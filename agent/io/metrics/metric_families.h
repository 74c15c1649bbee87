// An agent's status as Prometheus metrics (docs/operations.md lists them). Pure.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "agent/core/operate/agent_status.h"
#include "agent/io/metrics/process_usage.h"

namespace monsoon {

// What never changes while the program runs.
struct AgentIdentity {
  std::string name;
  std::string version;
  std::string instance_id;
  int64_t load_threads = 0;
  int64_t max_connections = 0;
  double start_time_s = 0;  // since 1970
};

std::vector<prometheus::MetricFamily> ToMetricFamilies(const AgentIdentity& identity,
                                                       const AgentStatus& status,
                                                       const ProcessUsage& usage);

}  // namespace monsoon
