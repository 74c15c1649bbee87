// A shuffle that gives the same order for the same seed on every machine, compiler and library
// (std::shuffle and the std distributions promise no such thing). Pure; any thread.
//
// Generator: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators",
// OOPSLA 2014; constants of Vigna's public-domain splitmix64.c). Shuffle: Fisher-Yates from the
// last position down (Knuth, TAOCP vol. 2, algorithm P). The order is part of what a run promises:
// change nothing here without a new format of the plan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace monsoon {

class SplitMix64 {
 public:
  explicit SplitMix64(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // Uniform in [0, bound): draws below 2^64 mod bound are thrown away, so that no value is
  // favoured. REQUIRES: bound > 0.
  uint64_t Below(uint64_t bound) {
    const uint64_t unfair = (0 - bound) % bound;
    uint64_t draw = Next();
    while (draw < unfair) {
      draw = Next();
    }
    return draw % bound;
  }

 private:
  uint64_t state_;
};

template <typename T>
void SeededShuffle(std::vector<T>& values, uint64_t seed) {
  SplitMix64 generator(seed);
  for (size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[static_cast<size_t>(generator.Below(i))]);
  }
}

}  // namespace monsoon
