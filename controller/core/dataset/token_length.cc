#include "controller/core/dataset/token_length.h"

namespace monsoon {
namespace {

constexpr int kMaxDraws = 64;

int64_t DrawUniform(int64_t min, int64_t max, SplitMix64& random) {
  return min + static_cast<int64_t>(random.Below(static_cast<uint64_t>(max - min) + 1));
}

int64_t DrawNormal(const TokenLength& length, SplitMix64& random) {
  __extension__ using Wide = __int128;
  constexpr Wide kOne = Wide{1} << 32;
  Wide sum = -6 * kOne;
  for (int i = 0; i < 12; ++i) sum += static_cast<Wide>(random.Next() >> 32);
  const Wide scaled = sum * length.stddev + kOne / 2;
  const Wide floor = scaled >= 0 ? scaled / kOne : -((-scaled + kOne - 1) / kOne);
  return length.mean + static_cast<int64_t>(floor);
}

}  // namespace

int64_t DrawLength(const TokenLength& length, SplitMix64& random) {
  switch (length.law) {
    case LengthLaw::kFixed:
      return length.mean;
    case LengthLaw::kNormal:
      for (int i = 0; i < kMaxDraws; ++i) {
        const int64_t drawn = DrawNormal(length, random);
        if (drawn >= length.min && drawn <= length.max) return drawn;
      }
      // Bounds far narrower than the deviation: what is left of the bell between them is flat.
      return DrawUniform(length.min, length.max, random);
    default:
      return DrawUniform(length.min, length.max, random);
  }
}

int64_t ShortestLength(const TokenLength& length) {
  return length.law == LengthLaw::kFixed ? length.mean : length.min;
}

int64_t LongestLength(const TokenLength& length) {
  return length.law == LengthLaw::kFixed ? length.mean : length.max;
}

SplitMix64 RandomAt(uint64_t seed, RandomPurpose purpose, int64_t position) {
  // Hashed twice, so that neighbouring seeds, purposes and positions share no stream.
  SplitMix64 outer(seed ^ (static_cast<uint64_t>(purpose) << 56));
  SplitMix64 inner(outer.Next() ^ static_cast<uint64_t>(position));
  return SplitMix64(inner.Next());
}

}  // namespace monsoon
