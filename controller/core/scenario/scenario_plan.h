// What follows from a case and the scenario's seed before anything runs: the times of an open loop,
// and from them its requests and its window. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"

#include "controller/core/load/arrival_schedule.h"
#include "controller/core/scenario/scenario.h"

namespace monsoon {

// nullopt for a closed loop.
std::optional<ArrivalSchedule> ScheduleOf(const CaseSpec& spec, uint64_t scenario_seed);

// The window of a duration stop, ns since the case's start: [start, end). nullopt for a count stop.
struct PlannedWindow {
  int64_t start_ns = 0;
  int64_t end_ns = 0;

  friend bool operator==(const PlannedWindow&, const PlannedWindow&) = default;
};
std::optional<PlannedWindow> WindowOf(const CaseSpec& spec, uint64_t scenario_seed);

// Sets `spec.requests` of a duration stop to the number that is due within the window.
// INVALID_ARGUMENT when that is none, or more than a case may have.
absl::Status ResolveRequests(CaseSpec& spec, uint64_t scenario_seed);

}  // namespace monsoon
