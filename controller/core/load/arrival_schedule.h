// ArrivalSchedule: when each request of an open loop is due, in ns since the case's common start.
//
// A pure function of the law, the rate, the scenario's seed and the case's index: the same times in
// the same order on every machine and for any number of agents (design section 6).
//
//   constant   request i is due at i / rate, rounded to the nearest ns from the exact fraction, so
//              that nothing drifts however long the case is
//   poisson    the gap before each request, the first included, is exponential with mean 1 / rate:
//              -ln(u) / rate with u uniform in (0, 1] from SplitMix64.
//              std::exponential_distribution differs between libraries and is not used
//
// One thread. Asking in ascending order costs a constant per step; going back starts again at 0.
#pragma once

#include <cstdint>

#include "controller/core/dataset/permutation.h"
#include "controller/core/load/arrival_rate.h"

namespace monsoon {

enum class LoadLaw { kClosed = 0, kConstant, kPoisson };

class ArrivalSchedule {
 public:
  // REQUIRES: law is not kClosed, rate.micro_per_min > 0.
  ArrivalSchedule(LoadLaw law, ArrivalRate rate, uint64_t scenario_seed, int32_t case_index);

  // When request `index` is due. Never falls as the index rises.
  int64_t At(uint64_t index);

  // Where a measurement that begins behind `warmup` requests begins: at the first measured request
  // of a constant rate, at the last warm-up request of a Poisson stream (which forgets its past).
  int64_t MeasureStartNs(uint64_t warmup);

  // How many requests behind `warmup` are due before MeasureStartNs + duration; at most `limit`.
  uint64_t CountWithin(uint64_t warmup, int64_t duration_ns, uint64_t limit);

 private:
  int64_t ConstantAt(uint64_t index) const;
  void Restart();
  void Step();

  const LoadLaw law_;
  const ArrivalRate rate_;
  const uint64_t seed_;
  // Poisson: the state behind the draw for request `index_`.
  SplitMix64 random_;
  uint64_t index_ = 0;
  double due_ns_ = 0;
};

}  // namespace monsoon
