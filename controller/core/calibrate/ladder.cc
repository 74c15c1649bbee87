#include "controller/core/calibrate/ladder.h"

#include <algorithm>
#include <cmath>

namespace monsoon {
namespace {

constexpr int kInvalidToStop = 2;
// A narrower span than this says nothing: the verdict itself is not that sharp.
constexpr double kNarrowestSpan = 1.15;

}  // namespace

bool Ladder::IsClimbing() const {
  int invalid = 0;
  for (const Result& result : results_) {
    if (result.outcome == StepOutcome::kVoid) return false;
    invalid += result.outcome == StepOutcome::kInvalid;
  }
  return !refining_ && invalid < kInvalidToStop && results_.size() < levels_.size();
}

std::optional<int64_t> Ladder::Next() const {
  if (void_once_) return void_once_;
  if (IsClimbing()) return levels_[results_.size()];
  const std::optional<Result> above = FirstAbove();
  const int64_t low = highest_valid();
  if (refined_ >= bisections_ || low == 0 || !above || above->outcome == StepOutcome::kVoid) {
    return std::nullopt;
  }
  const double span = static_cast<double>(above->level) / static_cast<double>(low);
  if (span < kNarrowestSpan) return std::nullopt;
  const int64_t middle = std::llround(static_cast<double>(low) * std::sqrt(span));
  if (middle <= low || middle >= above->level) return std::nullopt;
  return middle;
}

void Ladder::Add(int64_t level, StepOutcome outcome) {
  const bool first_try = !void_once_;
  void_once_.reset();
  if (outcome == StepOutcome::kVoid && first_try) {
    void_once_ = level;
    return;
  }
  if (!IsClimbing()) {
    refining_ = true;
    ++refined_;
  }
  results_.push_back({level, outcome});
}

int64_t Ladder::highest_valid() const {
  int64_t highest = 0;
  for (const Result& result : results_) {
    if (result.outcome == StepOutcome::kValid) highest = std::max(highest, result.level);
  }
  return highest;
}

std::optional<Ladder::Result> Ladder::FirstAbove() const {
  std::optional<Result> first;
  for (const Result& result : results_) {
    if (result.outcome == StepOutcome::kValid || result.level <= highest_valid()) continue;
    if (!first || result.level < first->level) first = result;
  }
  return first;
}

CapacityLimit Ladder::limit() const {
  const std::optional<Result> above = FirstAbove();
  if (!above) return CapacityLimit::kLadder;
  return above->outcome == StepOutcome::kVoid ? CapacityLimit::kEngine : CapacityLimit::kAgent;
}

}  // namespace monsoon
