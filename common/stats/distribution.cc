#include "common/stats/distribution.h"

#include <algorithm>
#include <cmath>

#include "common/stats/compensated_sum.h"
#include "common/stats/percentile.h"

namespace monsoon {
namespace {

constexpr double kNsPerSecond = 1e9;

constexpr std::array<Statistic, 10> kStatistics = {{{"mean", &Distribution::mean},
                                                    {"stddev", &Distribution::stddev},
                                                    {"min", &Distribution::min},
                                                    {"p50", &Distribution::p50},
                                                    {"p75", &Distribution::p75},
                                                    {"p90", &Distribution::p90},
                                                    {"p95", &Distribution::p95},
                                                    {"p99", &Distribution::p99},
                                                    {"p999", &Distribution::p999},
                                                    {"max", &Distribution::max}}};

std::vector<std::string> InsufficientFor(int64_t requests) {
  std::vector<std::string> names;
  for (const PercentileNeed& need : kPercentileNeeds) {
    if (requests < need.requests) names.emplace_back(need.name);
  }
  return names;
}

}  // namespace

bool Distribution::is_insufficient(std::string_view percentile) const {
  return std::find(insufficient.begin(), insufficient.end(), percentile) != insufficient.end();
}

std::span<const Statistic> DistributionStatistics() { return kStatistics; }

void SetPercentiles(std::span<const double> values, Distribution& out) {
  out.min = values[0];
  out.p50 = values[1];
  out.p75 = values[2];
  out.p90 = values[3];
  out.p95 = values[4];
  out.p99 = values[5];
  out.p999 = values[6];
  out.max = values[7];
}

Distribution EmptyDistribution(int64_t requests) {
  Distribution out;
  out.insufficient = InsufficientFor(requests);
  return out;
}

Distribution DescribeSamples(std::span<double> samples, int64_t requests) {
  Distribution out = EmptyDistribution(requests);
  out.count = static_cast<int64_t>(samples.size());
  if (samples.empty()) return out;
  const auto n = static_cast<double>(samples.size());
  CompensatedSum sum;
  for (const double sample : samples) sum.Add(sample);
  out.mean = sum.value() / n;
  CompensatedSum squares;
  for (const double sample : samples) squares.Add((sample - out.mean) * (sample - out.mean));
  out.stddev = std::sqrt(squares.value() / n);
  SetPercentiles(PercentilesOf(samples, kDistributionFractions), out);
  return out;
}

Distribution DescribeHistogramNs(const LogHistogram& histogram, int64_t requests) {
  Distribution out = EmptyDistribution(requests);
  out.count = histogram.count();
  if (out.count == 0) return out;
  out.mean = histogram.mean() / kNsPerSecond;
  out.stddev = histogram.stddev() / kNsPerSecond;
  std::array<double, kDistributionFractions.size()> values{};
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<double>(histogram.Quantile(kDistributionFractions[i])) / kNsPerSecond;
  }
  SetPercentiles(values, out);
  out.min = static_cast<double>(histogram.min()) / kNsPerSecond;
  return out;
}

}  // namespace monsoon
