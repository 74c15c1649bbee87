#include "controller/core/load/arrival_schedule.h"

#include <algorithm>
#include <cmath>

namespace monsoon {
namespace {

constexpr int64_t kNsMicroPerMin = 60'000'000'000;  // ns in a minute; times 1e6 below

// Seeds of neighbouring cases, and of scenarios with neighbouring seeds, share no stream.
uint64_t MixSeed(uint64_t scenario_seed, int32_t case_index) {
  SplitMix64 outer(scenario_seed);
  SplitMix64 inner(outer.Next() ^ static_cast<uint64_t>(case_index));
  return inner.Next();
}

// Uniform in (0, 1], 53 bits.
double Uniform(SplitMix64& random) {
  return static_cast<double>((random.Next() >> 11) + 1) * 0x1p-53;
}

}  // namespace

ArrivalSchedule::ArrivalSchedule(LoadLaw law, ArrivalRate rate, uint64_t scenario_seed,
                                 int32_t case_index)
    : law_(law), rate_(rate), seed_(MixSeed(scenario_seed, case_index)), random_(seed_) {
  Restart();
}

void ArrivalSchedule::Restart() {
  random_ = SplitMix64(seed_);
  due_ns_ = 0;
  Step();
  index_ = 0;
}

void ArrivalSchedule::Step() {
  due_ns_ += -std::log(Uniform(random_)) * 1e9 / rate_.per_s();
  ++index_;
}

int64_t ArrivalSchedule::ConstantAt(uint64_t index) const {
  __extension__ using Wide = unsigned __int128;
  const auto rate = static_cast<Wide>(rate_.micro_per_min);
  const Wide scaled = static_cast<Wide>(index) * kNsMicroPerMin * 1'000'000;
  return static_cast<int64_t>((2 * scaled + rate) / (2 * rate));
}

int64_t ArrivalSchedule::At(uint64_t index) {
  if (law_ == LoadLaw::kConstant) return ConstantAt(index);
  if (index < index_) Restart();
  while (index_ < index) Step();
  return std::llround(due_ns_);
}

int64_t ArrivalSchedule::MeasureStartNs(uint64_t warmup) {
  if (law_ == LoadLaw::kConstant) return ConstantAt(warmup);
  return warmup == 0 ? 0 : At(warmup - 1);
}

uint64_t ArrivalSchedule::CountWithin(uint64_t warmup, int64_t duration_ns, uint64_t limit) {
  const int64_t end_ns = MeasureStartNs(warmup) + duration_ns;
  if (law_ == LoadLaw::kConstant) {
    // The first request that is due at the end or later.
    uint64_t low = warmup;
    uint64_t high = warmup + limit;
    while (low < high) {
      const uint64_t middle = low + (high - low) / 2;
      if (ConstantAt(middle) < end_ns) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - warmup;
  }
  uint64_t count = 0;
  while (count < limit && At(warmup + count) < end_ns) ++count;
  return count;
}

}  // namespace monsoon
