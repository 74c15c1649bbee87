// The names, labels and definitions of every metric of a case: one table that the JSON, text and
// HTML reports, the gates and the flags all read, so that a metric cannot be called two things.
//
// Pure and constant; any thread. The names are part of the report's format and never change.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "common/model/request_record.h"
#include "controller/core/report/case_report.h"

namespace monsoon {

struct DistributionInfo {
  std::string_view name;  // "ttft_s": the member of report.json and the first half of a gate's name
  std::string_view label;        // "Time to first token (TTFT)"
  std::string_view short_label;  // "TTFT"
  std::string_view definition;
  Distribution CaseReport::*member;
};
// In the order in which reports print them. All in seconds.
std::span<const DistributionInfo> CaseDistributions();

struct ThroughputInfo {
  std::string_view name;  // "output_tokens_per_s"
  std::string_view label;
  std::optional<double> Throughput::*member;
};
std::span<const ThroughputInfo> CaseThroughputs();

struct FlagInfo {
  RecordFlag flag;
  std::string_view name;  // "stale_connections"
  std::string_view meaning;
};
std::span<const FlagInfo> RecordFlags();

// The value of a gate's metric (controller/core/scenario/gate.h); nullopt when the metric is
// undefined in this case, or not a metric at all.
std::optional<double> MetricValue(const CaseReport& report, std::string_view metric);

}  // namespace monsoon
