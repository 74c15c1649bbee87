// The ranges that a scenario's numbers must lie in, in one place: the reader checks against them,
// its messages and docs/scenario.md quote them. Bounds are inclusive unless `above_min` says
// otherwise.
#pragma once

#include <cstdint>
#include <limits>

#include "common/time/clock.h"

namespace monsoon {

template <typename T>
struct Range {
  T min;
  T max;
  bool above_min = false;  // min itself is outside

  constexpr bool Contains(T value) const {
    return (above_min ? value > min : value >= min) && value <= max;
  }
};

inline constexpr Range<int64_t> kConcurrencyRange{1, 1'000'000};
inline constexpr Range<int64_t> kMaxInFlightRange{1, 1'000'000};
inline constexpr Range<int64_t> kRequestsRange{1, 1'000'000'000};
inline constexpr Range<int64_t> kWarmupRange{0, 1'000'000'000};
inline constexpr Range<int64_t> kPromptLengthRange{0, std::numeric_limits<int64_t>::max()};
// Of one prompt or answer.
inline constexpr Range<int64_t> kTokensRange{1, 10'000'000};
inline constexpr Range<int64_t> kPrefixTokensRange{0, 10'000'000};
inline constexpr Range<int64_t> kBatchSizeRange{1, 100'000};
inline constexpr Range<int64_t> kExpectAgentsRange{0, 10'000};

// Sampling: what the engines of common/model/engine_type.h accept; top_k -1 or 0 is "all" there.
inline constexpr Range<int64_t> kMaxTokensRange{1, 100'000'000};
inline constexpr Range<int64_t> kMinTokensRange{0, 100'000'000};
inline constexpr Range<double> kTemperatureRange{0, 2};
inline constexpr Range<double> kTopPRange{0, 1, true};
inline constexpr Range<int64_t> kTopKRange{-1, 100'000'000};
inline constexpr Range<double> kPenaltyRange{-2, 2};
inline constexpr Range<double> kRepetitionPenaltyRange{0, 10, true};
inline constexpr Range<int64_t> kSamplingSeedRange{std::numeric_limits<int64_t>::min(),
                                                   std::numeric_limits<int64_t>::max()};

inline constexpr int64_t kNsPerDay = 86'400 * kNsPerS;
inline constexpr Range<int64_t> kTimeoutRange{0, 7 * kNsPerDay, true};
inline constexpr Range<int64_t> kLeaseRange{kNsPerS, 300 * kNsPerS};
inline constexpr Range<int64_t> kStartSkewRange{0, 3'600 * kNsPerS, true};
inline constexpr Range<int64_t> kPauseRange{0, kNsPerDay};
inline constexpr Range<int64_t> kDurationRange{0, 7 * kNsPerDay, true};
inline constexpr Range<int64_t> kGraceRange{0, kNsPerDay};
inline constexpr Range<int64_t> kMaxEventBytesRange{1 << 10, 1 << 30};

inline constexpr Range<int64_t> kMaxErrorRange{0, 3'600 * kNsPerS};
inline constexpr Range<double> kShareRange{0, 1};

// Cases of one scenario, after multiplication.
inline constexpr uint64_t kMaxCases = 10'000;

}  // namespace monsoon
