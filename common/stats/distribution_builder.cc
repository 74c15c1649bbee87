#include "common/stats/distribution_builder.h"

#include <array>
#include <cmath>

#include "common/stats/percentile.h"

namespace monsoon {

DistributionBuilder::DistributionBuilder(SampleBudget* budget, size_t max_selected)
    : budget_(*budget), max_selected_(max_selected) {}

void DistributionBuilder::Add(double sample) {
  if (complete_) return;
  sample += 0.0;  // -0.0 becomes 0.0, which OrderSelection makes of it too
  if (first_pass_) {
    AddFirst(sample);
    return;
  }
  if (!squares_done_) squares_.Add((sample - mean_) * (sample - mean_));
  selection_->Look(sample);
}

void DistributionBuilder::AddFirst(double sample) {
  ++count_;
  sum_.Add(sample);
  if (!selection_ && !GrowWithin(budget_, kept_)) StopKeeping();
  if (selection_) {
    selection_->Count(sample);
  } else {
    kept_.push_back(sample);
  }
}

void DistributionBuilder::StopKeeping() {
  selection_.emplace(max_selected_);
  for (const double sample : kept_) selection_->Count(sample);
  FreeWithin(budget_, kept_);
}

bool DistributionBuilder::EndPass() {
  if (complete_) return true;
  if (first_pass_) {
    first_pass_ = false;
    complete_ = !selection_;
    if (selection_) EndFirstPass();
    return complete_;
  }
  squares_done_ = true;
  selection_->EndPass();
  complete_ = selection_->complete();
  return complete_;
}

void DistributionBuilder::EndFirstPass() {
  mean_ = sum_.value() / static_cast<double>(count_);
  std::vector<uint64_t> ranks;
  for (const double fraction : kDistributionFractions) {
    const PercentilePosition position = PositionOf(fraction, static_cast<size_t>(count_));
    ranks.push_back(position.below);
    ranks.push_back(position.below + (position.weight == 0 ? 0 : 1));
  }
  selection_->Want(ranks);
}

Distribution DistributionBuilder::Describe(int64_t requests) {
  if (!selection_) {
    Distribution out = DescribeSamples(kept_, requests);
    FreeWithin(budget_, kept_);
    return out;
  }
  Distribution out = EmptyDistribution(requests);
  out.count = count_;
  out.mean = mean_;
  out.stddev = std::sqrt(squares_.value() / static_cast<double>(count_));
  std::array<double, kDistributionFractions.size()> values{};
  for (size_t i = 0; i < values.size(); ++i) {
    const PercentilePosition position =
        PositionOf(kDistributionFractions[i], static_cast<size_t>(count_));
    values[i] =
        Interpolate(selection_->Value(2 * i), selection_->Value(2 * i + 1), position.weight);
  }
  SetPercentiles(values, out);
  return out;
}

bool DistributionGroup::EndPass() {
  bool complete = true;
  for (DistributionBuilder& builder : builders_) complete &= builder.EndPass();
  return complete;
}

}  // namespace monsoon
