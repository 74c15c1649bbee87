#include "common/stats/distribution.h"

#include <algorithm>
#include <cmath>

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

constexpr std::array<double, 8> kFractions = {0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1};

// Neumaier's sum: the error of each addition is kept and added back at the end.
class CompensatedSum {
 public:
  void Add(double value) {
    const double next = sum_ + value;
    const bool sum_is_larger = std::fabs(sum_) >= std::fabs(value);
    lost_ += sum_is_larger ? (sum_ - next) + value : (value - next) + sum_;
    sum_ = next;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

std::vector<std::string> InsufficientFor(int64_t requests) {
  std::vector<std::string> names;
  for (const PercentileNeed& need : kPercentileNeeds) {
    if (requests < need.requests) names.emplace_back(need.name);
  }
  return names;
}

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

}  // namespace

bool Distribution::is_insufficient(std::string_view percentile) const {
  return std::find(insufficient.begin(), insufficient.end(), percentile) != insufficient.end();
}

std::span<const Statistic> DistributionStatistics() { return kStatistics; }

Distribution DescribeSamples(std::span<double> samples, int64_t requests) {
  Distribution out;
  out.count = static_cast<int64_t>(samples.size());
  out.insufficient = InsufficientFor(requests);
  if (samples.empty()) return out;
  const auto n = static_cast<double>(samples.size());
  CompensatedSum sum;
  for (const double sample : samples) sum.Add(sample);
  out.mean = sum.value() / n;
  CompensatedSum squares;
  for (const double sample : samples) squares.Add((sample - out.mean) * (sample - out.mean));
  out.stddev = std::sqrt(squares.value() / n);
  SetPercentiles(PercentilesOf(samples, kFractions), out);
  return out;
}

Distribution DescribeHistogramNs(const LogHistogram& histogram, int64_t requests) {
  Distribution out;
  out.count = histogram.count();
  out.insufficient = InsufficientFor(requests);
  if (out.count == 0) return out;
  out.mean = histogram.mean() / kNsPerSecond;
  out.stddev = histogram.stddev() / kNsPerSecond;
  std::array<double, kFractions.size()> values{};
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<double>(histogram.Quantile(kFractions[i])) / kNsPerSecond;
  }
  SetPercentiles(values, out);
  out.min = static_cast<double>(histogram.min()) / kNsPerSecond;
  return out;
}

}  // namespace monsoon
