// Ladder: which load a calibration tries next, and what capacity follows from what it saw.
//
// First it climbs the given levels and stops when the verdict turned against the agent twice, or
// when the null engine was the limit. Then it halves, on a logarithmic scale, the span between the
// highest level that was VALID and the lowest above it that was not. A level that failed below one
// that was VALID is taken for a disturbance, and a level is tried twice before it counts as void. A
// level is a number of streams, or of requests per second: the ladder does not care.
//
// Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "controller/core/calibrate/calibration.h"

namespace monsoon {

enum class StepOutcome { kValid, kInvalid, kVoid };

class Ladder {
 public:
  // `levels` rise; `bisections` >= 0 is the most refining steps.
  Ladder(std::vector<int64_t> levels, int bisections)
      : levels_(std::move(levels)), bisections_(bisections) {}

  // The level to try, nullopt at the end. The same answer until Add was called.
  std::optional<int64_t> Next() const;
  // What came of Next()'s level.
  void Add(int64_t level, StepOutcome outcome);

  int64_t highest_valid() const;  // 0: none
  CapacityLimit limit() const;

 private:
  struct Result {
    int64_t level;
    StepOutcome outcome;
  };

  bool IsClimbing() const;
  // The lowest level above highest_valid() that was tried and was not VALID.
  std::optional<Result> FirstAbove() const;

  const std::vector<int64_t> levels_;
  const int bisections_;
  std::vector<Result> results_;
  std::optional<int64_t> void_once_;  // to be tried again
  bool refining_ = false;
  int refined_ = 0;
};

}  // namespace monsoon
