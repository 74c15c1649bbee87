#include "common/model/cache_bust.h"

#include <xxhash.h>

#include "absl/strings/str_format.h"

namespace monsoon {
namespace {

constexpr uint64_t kMask = (uint64_t{1} << 48) - 1;
constexpr int kIndexBits = 36;
constexpr int kCaseBits = 12;

// Each step can be undone (an odd factor has an inverse modulo 2^48), so distinct inputs stay
// distinct.
uint64_t Mix48(uint64_t x) {
  for (const uint64_t factor : {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb}) {
    x = (x * factor) & kMask;
    x ^= x >> 24;
  }
  return x;
}

}  // namespace

std::string CacheBustPrefix(std::string_view run_id, int32_t case_index, uint64_t request_index) {
  const uint64_t case_bits = static_cast<uint32_t>(case_index);
  const uint64_t low_case = case_bits & ((uint64_t{1} << kCaseBits) - 1);
  const uint64_t low_index = request_index & ((uint64_t{1} << kIndexBits) - 1);
  const uint64_t overflow = (case_bits >> kCaseBits) ^ ((request_index >> kIndexBits) << 20);
  const uint64_t key = XXH3_64bits_withSeed(run_id.data(), run_id.size(), overflow);
  const uint64_t mixed = Mix48(((low_case << kIndexBits) | low_index) ^ (key & kMask));
  return absl::StrFormat("[%012x] ", mixed);
}

}  // namespace monsoon
