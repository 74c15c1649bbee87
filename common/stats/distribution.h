// Distribution: the block of numbers that a report prints for one metric.
//
// A plain value; the unit is the samples' own (seconds for every *_s metric). Pure functions make
// it. mean is the arithmetic mean. stddev is the *population* standard deviation (divisor N,
// numpy's default): the block describes the requests that were made, it does not estimate others.
// Both are computed in two passes with compensated sums, so neither order nor size of the samples
// matters.
//
// `insufficient` names the percentiles for which there were too few requests: with fewer than N,
// the chance that no request at all lies beyond the percentile is over 1 % (p^N > 0.01; the
// smallest N of MLPerf LoadGen's early stopping). The percentile is still printed; the reader is
// warned.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/stats/log_histogram.h"

namespace monsoon {

// The fewest requests that support a percentile.
struct PercentileNeed {
  std::string_view name;  // "p90"
  int64_t requests;
};
inline constexpr std::array<PercentileNeed, 4> kPercentileNeeds = {
    {{"p90", 44}, {"p95", 90}, {"p99", 459}, {"p999", 4603}}};

struct Distribution {
  int64_t count = 0;  // samples; with 0 every number below is undefined (null in reports)
  double mean = 0;
  double stddev = 0;
  double min = 0;
  double p50 = 0;
  double p75 = 0;
  double p90 = 0;
  double p95 = 0;
  double p99 = 0;
  double p999 = 0;
  double max = 0;
  std::vector<std::string> insufficient;  // of p90 p95 p99 p999, in this order

  bool is_insufficient(std::string_view percentile) const;

  friend bool operator==(const Distribution&, const Distribution&) = default;
};

// One statistic of a Distribution, by the name it has in reports and gates.
struct Statistic {
  std::string_view name;
  double Distribution::*member;
};
// mean stddev min p50 p75 p90 p95 p99 p999 max.
std::span<const Statistic> DistributionStatistics();

// Of exact samples. `requests` is the number of requests that the samples come from: samples.size()
// where each gave one, fewer for pooled gaps. Reorders `samples`. REQUIRES: no NaN.
Distribution DescribeSamples(std::span<double> samples, int64_t requests);

// Of a histogram of ns, in seconds. Percentiles are the upper edges of buckets, so up to 1/128 too
// large and never too small; count, mean, min and max are exact.
Distribution DescribeHistogramNs(const LogHistogram& histogram, int64_t requests);

// The parts that DistributionBuilder (distribution_builder.h) shares with these: the fractions of
// min p50 p75 p90 p95 p99 p999 max, how values in this order become members, and a distribution of
// nothing, in which only `insufficient` says something.
inline constexpr std::array<double, 8> kDistributionFractions = {0,    0.5,  0.75,  0.9,
                                                                 0.95, 0.99, 0.999, 1};
void SetPercentiles(std::span<const double> values, Distribution& out);
Distribution EmptyDistribution(int64_t requests);

}  // namespace monsoon
