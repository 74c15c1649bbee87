#include "common/stats/percentile.h"

#include <algorithm>
#include <cmath>

namespace monsoon {

std::vector<double> PercentilesOf(std::span<double> samples, std::span<const double> fractions) {
  std::vector<double> values;
  values.reserve(fractions.size());
  size_t settled = 0;  // everything before is sorted out: no later sample is smaller
  for (const double fraction : fractions) {
    const double position = fraction * static_cast<double>(samples.size() - 1);
    const auto below = std::min(static_cast<size_t>(position), samples.size() - 1);
    std::nth_element(samples.begin() + settled, samples.begin() + below, samples.end());
    settled = below;
    const double low = samples[below];
    const double weight = position - static_cast<double>(below);
    if (weight == 0) {
      values.push_back(low);
      continue;
    }
    const double high = *std::min_element(samples.begin() + below + 1, samples.end());
    values.push_back(low + (high - low) * weight);
  }
  return values;
}

double PercentileOf(std::span<double> samples, double fraction) {
  return PercentilesOf(samples, {&fraction, 1}).front();
}

}  // namespace monsoon
