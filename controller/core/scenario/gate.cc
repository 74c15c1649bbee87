#include "controller/core/scenario/gate.h"

#include <array>
#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"

#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/time/clock.h"
#include "common/time/duration_text.h"
#include "controller/core/scenario/value_text.h"

namespace monsoon {
namespace {

constexpr std::string_view kErrorRate = "error_rate";
constexpr std::string_view kThroughputPrefix = "throughput.";
constexpr std::array<std::string_view, 4> kThroughputMembers = {
    "requests_per_s", "output_tokens_per_s", "input_tokens_per_s", "total_tokens_per_s"};
constexpr std::array<std::string_view, 10> kDistributions = {
    "ttft_s", "ttft_sent_s", "first_event_s", "tpot_s",     "tpot_simple_s",
    "itl_s",  "e2e_s",       "stream_end_s",  "lateness_s", "connect_s"};
constexpr std::array<std::string_view, 10> kStatistics = {"mean", "stddev", "min", "p50",  "p75",
                                                          "p90",  "p95",    "p99", "p999", "max"};

// Two-character operators first, so that "<=" is not read as "<".
struct OpText {
  std::string_view text;
  GateOp op;
};
constexpr std::array<OpText, 4> kOps = {{{"<=", GateOp::kLessEqual},
                                         {">=", GateOp::kGreaterEqual},
                                         {"<", GateOp::kLess},
                                         {">", GateOp::kGreater}}};

// "{a,b,c}", as a shell would write a choice.
template <size_t N>
std::string Choice(const std::array<std::string_view, N>& names) {
  std::string text;
  for (std::string_view name : names) text += StrCat(text.empty() ? "{" : ",", name);
  return text + "}";
}

std::string_view Strip(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

absl::Status CheckMetric(std::string_view metric) {
  static const auto& names = *new std::vector<std::string>(GateMetricNames());
  for (const std::string& name : names) {
    if (name == metric) return absl::OkStatus();
  }
  const std::optional<std::string> nearest = NearestName(metric, names);
  if (nearest.has_value()) {
    return absl::InvalidArgumentError(
        StrCat("unknown metric '", metric, "'; did you mean '", *nearest, "'?"));
  }
  return absl::InvalidArgumentError(
      StrCat("unknown metric '", metric, "': expected ", kErrorRate, ", ", kThroughputPrefix,
             Choice(kThroughputMembers), " or ", Choice(kDistributions), ".", Choice(kStatistics)));
}

// What a metric is measured in, and so which thresholds make sense for it.
struct Unit {
  double max;
  const char* expected;
};

Unit UnitOf(std::string_view metric) {
  constexpr double kNoMax = std::numeric_limits<double>::max();
  if (metric == kErrorRate) return {1, "a percentage such as 1%, or a number from 0 to 1"};
  if (metric.starts_with(kThroughputPrefix)) return {kNoMax, "a number (per second), 0 or more"};
  return {kNoMax, "a duration such as 250ms, or a number of seconds, 0 or more"};
}

double NumberOrNan(std::optional<double> number) {
  return number.value_or(std::numeric_limits<double>::quiet_NaN());
}

// NaN when `text` is no threshold for `metric`.
double ReadThreshold(std::string_view metric, std::string_view text) {
  if (metric == kErrorRate) return NumberOrNan(ParseShare(text));
  const double number = NumberOrNan(ParseNumber(text));
  if (!std::isnan(number) || metric.starts_with(kThroughputPrefix)) return number;
  const absl::StatusOr<int64_t> duration_ns = ParseDurationNs(text);
  return duration_ns.ok() ? ToSeconds(*duration_ns) : number;
}

absl::StatusOr<double> ParseThreshold(std::string_view metric, std::string_view text) {
  const Unit unit = UnitOf(metric);
  const double threshold = ReadThreshold(metric, text);
  if (threshold >= 0 && threshold <= unit.max) return threshold;
  return absl::InvalidArgumentError(
      StrCat("threshold '", text, "' of ", metric, ": expected ", unit.expected));
}

}  // namespace

absl::StatusOr<Gate> ParseGate(std::string_view text) {
  const size_t at = text.find_first_of("<>=!");
  for (const OpText& op : kOps) {
    if (at == std::string_view::npos || !text.substr(at).starts_with(op.text)) continue;
    Gate gate;
    gate.text = std::string(text);
    gate.metric = std::string(Strip(text.substr(0, at)));
    gate.op = op.op;
    RETURN_IF_ERROR(CheckMetric(gate.metric));
    const std::string_view value = Strip(text.substr(at + op.text.size()));
    ASSIGN_OR_RETURN(gate.threshold, ParseThreshold(gate.metric, value));
    return gate;
  }
  return absl::InvalidArgumentError(
      "expected 'METRIC OP VALUE' with OP one of < <= > >=, such as 'ttft_s.p99 < 500ms'");
}

std::vector<std::string> GateMetricNames() {
  std::vector<std::string> names = {std::string(kErrorRate)};
  for (std::string_view member : kThroughputMembers) {
    names.push_back(StrCat(kThroughputPrefix, member));
  }
  for (std::string_view distribution : kDistributions) {
    for (std::string_view statistic : kStatistics) {
      names.push_back(StrCat(distribution, ".", statistic));
    }
  }
  return names;
}

std::vector<Gate> DefaultGates() {
  return {{"error_rate <= 1%", std::string(kErrorRate), GateOp::kLessEqual, 0.01}};
}

bool GateHolds(const Gate& gate, double value) {
  switch (gate.op) {
    case GateOp::kLess:
      return value < gate.threshold;
    case GateOp::kLessEqual:
      return value <= gate.threshold;
    case GateOp::kGreater:
      return value > gate.threshold;
    case GateOp::kGreaterEqual:
      return value >= gate.threshold;
  }
  return false;
}

}  // namespace monsoon
