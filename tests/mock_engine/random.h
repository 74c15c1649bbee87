// The mock engine's randomness: a small seeded generator whose numbers are the same on every
// machine and with every compiler, which the standard distributions do not promise.
//
// A value type without locks; every request makes its own with ForRequest(), so that what one
// request gets does not depend on the others or on the number of threads.
#pragma once

#include <cmath>
#include <cstdint>

namespace monsoon::mock_engine {

// What a request's random numbers are for. Each purpose has a stream of its own: adding a draw to
// one never moves the numbers of another.
enum class Purpose : uint64_t { kTiming = 1, kFault = 2, kSplit = 3 };

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  static Random ForRequest(uint64_t seed, uint64_t request_index, Purpose purpose) {
    Random mixed(seed ^ (static_cast<uint64_t>(purpose) << 56));
    const uint64_t base = mixed.Next();
    return Random(base + request_index * 0xD1342543DE82EF95u);
  }

  // SplitMix64 (public domain, Sebastiano Vigna).
  uint64_t Next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  // In [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

  // In [0, bound); `bound` is at least 1.
  uint64_t Below(uint64_t bound) { return Next() % bound; }

  // Standard normal (Box-Muller; the second value of the pair is not kept).
  double Normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
    return radius * std::cos(2.0 * 3.14159265358979323846 * Uniform());
  }

 private:
  uint64_t state_;
};

}  // namespace monsoon::mock_engine
