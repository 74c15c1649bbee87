// Exact percentiles of samples that are all at hand.
//
// Definition (design section 7): the value at position p(N-1) of the sorted samples, counted from
// 0, with linear interpolation between neighbours: numpy's default, Hyndman and Fan's type 7.
// p(N-1) is computed in double; both samples around a position are exact.
//
// Pure functions; they reorder the caller's samples instead of copying them, because inter-token
// gaps can be hundreds of megabytes. The unit is the samples' own.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace monsoon {

// Where the percentile at `fraction` of `count` samples lies: between the samples `below` and
// below + 1 of the sorted ones, `weight` (0 <= weight < 1) of the way. REQUIRES: count > 0.
struct PercentilePosition {
  size_t below = 0;
  double weight = 0;
};
PercentilePosition PositionOf(double fraction, size_t count);

// The value `weight` of the way from `low` to `high`.
double Interpolate(double low, double high, double weight);

// The percentile at each fraction of `fractions` (each in [0, 1], ascending), by selection: O(N)
// for each instead of a sort. `samples` come back in an unspecified order. REQUIRES: samples is not
// empty and holds no NaN.
std::vector<double> PercentilesOf(std::span<double> samples, std::span<const double> fractions);

// One percentile, under the same rules.
double PercentileOf(std::span<double> samples, double fraction);

}  // namespace monsoon
