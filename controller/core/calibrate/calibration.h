// Calibration: what `controller calibrate` found out about one machine. A scenario can name its
// file, and reports then print the floor beside the results (design sections 3 and 8).
//
// Plain values; any thread. Times are seconds. docs/metrics.md defines every member.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace monsoon {

// Distances of measured TTFTs from the engine's own log.
struct TimingError {
  double p50_s = 0;
  double p99_s = 0;
  double max_s = 0;

  friend bool operator==(const TimingError&, const TimingError&) = default;
};

// One load that was put on the agent.
struct CalibrationStep {
  int64_t streams = 0;         // requests in flight, closed loop; 0: an open loop
  double tokens_per_s = 0;     // asked of each stream; 0: an open loop of one-token answers
  int64_t requests_per_s = 0;  // asked of an open loop; 0: a closed one
  int64_t requests = 0;        // measured ones that succeeded
  double events_per_s = 0;     // token events received, over all streams
  TimingError ttft_error;
  std::optional<double> lateness_p99_s;
  std::optional<double> loop_lag_p50_s;
  std::optional<double> loop_lag_p99_s;
  std::optional<double> cpu_us_per_event;  // of the agent's whole process
  double busy_share_max = 0;
  std::string verdict;  // of the case: VALID, INVALID, ...
  std::vector<std::string> reasons;
  double engine_late_p99_s = 0;  // the null engine's own lateness
  bool is_void = false;          // that was too large: the step says nothing about the agent

  friend bool operator==(const CalibrationStep&, const CalibrationStep&) = default;
};

// Why the capacity is not higher.
enum class CapacityLimit {
  kAgent,   // above it the verdict was INVALID
  kEngine,  // above it the null engine was late
  kLadder,  // nothing higher was tried
};

struct CalibratedCapacity {
  int64_t streams = 0;  // the most that were VALID; 0: not even the fewest
  double events_per_s = 0;
  CapacityLimit limit = CapacityLimit::kLadder;

  friend bool operator==(const CalibratedCapacity&, const CalibratedCapacity&) = default;
};

struct CalibratedRate {
  int64_t requests_per_s = 0;  // the highest rate that was VALID; 0: not even the lowest
  CapacityLimit limit = CapacityLimit::kLadder;

  friend bool operator==(const CalibratedRate&, const CalibratedRate&) = default;
};

struct CalibratedMachine {
  std::string hostname;
  int64_t cores = 0;
  std::string kernel;
  std::string cpu_model;

  friend bool operator==(const CalibratedMachine&, const CalibratedMachine&) = default;
};

struct Calibration {
  CalibratedMachine machine;
  std::string version;  // of the agent
  int64_t load_threads = 0;
  std::string made_at;      // UTC, "2026-11-22T14:33:08Z"
  double tokens_per_s = 0;  // of each stream
  TimingError floor;        // of the step with the lowest load
  int64_t floor_streams = 0;
  CalibratedCapacity capacity;
  std::optional<CalibratedRate> rate_capacity;  // none: no rates were tried
  std::vector<CalibrationStep> steps;           // in the order in which they ran

  friend bool operator==(const Calibration&, const Calibration&) = default;
};

// "agent", "engine", "ladder".
std::string_view CapacityLimitName(CapacityLimit limit);

}  // namespace monsoon
