#include "common/stats/percentile.h"

#include <algorithm>
#include <cmath>

namespace monsoon {

PercentilePosition PositionOf(double fraction, size_t count) {
  const double position = fraction * static_cast<double>(count - 1);
  const auto below = std::min(static_cast<size_t>(position), count - 1);
  return {below, position - static_cast<double>(below)};
}

double Interpolate(double low, double high, double weight) {
  return weight == 0 ? low : low + (high - low) * weight;
}

std::vector<double> PercentilesOf(std::span<double> samples, std::span<const double> fractions) {
  std::vector<double> values;
  values.reserve(fractions.size());
  size_t settled = 0;  // everything before is sorted out: no later sample is smaller
  for (const double fraction : fractions) {
    const auto [below, weight] = PositionOf(fraction, samples.size());
    std::nth_element(samples.begin() + settled, samples.begin() + below, samples.end());
    settled = below;
    const double low = samples[below];
    if (weight == 0) {
      values.push_back(low);
      continue;
    }
    const double high = *std::min_element(samples.begin() + below + 1, samples.end());
    values.push_back(Interpolate(low, high, weight));
  }
  return values;
}

double PercentileOf(std::span<double> samples, double fraction) {
  return PercentilesOf(samples, {&fraction, 1}).front();
}

}  // namespace monsoon
