// Gate: a condition on a case's report that the user sets, such as "error_rate <= 1%" or
// "ttft_s.p99 < 0.5". A case that misses one makes `controller run` exit with status 3; the case's
// verdict (can the numbers be trusted?) is another matter.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace monsoon {

enum class GateOp { kLess, kLessEqual, kGreater, kGreaterEqual };

struct Gate {
  std::string text;    // as the user wrote it
  std::string metric;  // "error_rate", "throughput.requests_per_s", "ttft_s.p99", ...
  GateOp op = GateOp::kLessEqual;
  double threshold = 0;  // seconds for times, 1.0 for 100%

  friend bool operator==(const Gate&, const Gate&) = default;
};

// "METRIC OP VALUE" with OP one of < <= > >= and VALUE a number, a percentage (1%) or a duration
// (250ms). INVALID_ARGUMENT naming what is wrong, and for an unknown metric the nearest known one.
absl::StatusOr<Gate> ParseGate(std::string_view text);

// Names that a gate may use: "error_rate", "throughput.<member>" and "<distribution>.<statistic>".
std::vector<std::string> GateMetricNames();

// What a scenario without `gates` gets: "error_rate <= 1%".
std::vector<Gate> DefaultGates();

// False when `value` is NaN: a number that is not there passes nothing.
bool GateHolds(const Gate& gate, double value);

}  // namespace monsoon
