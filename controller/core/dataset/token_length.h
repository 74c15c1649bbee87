// TokenLength: how many tokens a prompt or an answer is to have: a fixed number, or one drawn anew
// for each prompt. Plain value and pure functions; any thread.
//
// A draw is made of whole numbers only, so it is the same on every machine and compiler. `normal`
// adds up twelve uniform draws (Irwin-Hall: variance 1, no value beyond six standard deviations).
// What falls outside the bounds is drawn again.
#pragma once

#include <cstdint>
#include <string>

#include "controller/core/dataset/permutation.h"

namespace monsoon {

enum class LengthLaw { kUnset, kFixed, kUniform, kNormal, kReference };

struct TokenLength {
  LengthLaw law = LengthLaw::kUnset;
  int64_t mean = 0;    // kFixed: the number itself; kNormal: of the law without bounds
  int64_t stddev = 0;  // kNormal
  int64_t min = 0;     // kUniform, kNormal; inclusive
  int64_t max = 0;

  bool drawn() const { return law == LengthLaw::kUniform || law == LengthLaw::kNormal; }
  // As long as the reference answer that the dataset gives; nothing to draw.
  bool reference() const { return law == LengthLaw::kReference; }

  friend bool operator==(const TokenLength&, const TokenLength&) = default;
};

// REQUIRES: kFixed, or a drawn law with min <= max.
int64_t DrawLength(const TokenLength& length, SplitMix64& random);
// The bounds of what DrawLength returns.
int64_t ShortestLength(const TokenLength& length);
int64_t LongestLength(const TokenLength& length);

// A stream of random numbers of its own for each purpose and position: what is drawn at one
// position depends on no other, so positions may be made in any order and on any number of threads.
enum class RandomPurpose : uint64_t { kInputLength, kOutputLength, kPromptText, kPrefixText };
SplitMix64 RandomAt(uint64_t seed, RandomPurpose purpose, int64_t position);

}  // namespace monsoon
