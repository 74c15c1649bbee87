// OrderSelection: exact order statistics (the k-th smallest) of any number of values in bounded
// memory, by looking at the values several times.
//
// The first pass counts the values in 2^16 buckets of their order-preserving keys. Each later pass
// looks only into the buckets in which a wanted value lies: their members are counted in 2^12 finer
// buckets, or, once they are few, kept and selected from. Three passes do for a billion values that
// spread at all; five always do, for then a bucket is one key wide. (Munro and Paterson, "Selection
// and sorting with limited storage", 1980, show the trade of passes for memory.)
//
// Pure; one thread. The caller feeds the same values in every pass, in any order. Memory: 512 KiB
// for the first pass, then 32 KiB for each distinct bucket looked into and 8 bytes for each of at
// most `max_members` kept values.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace monsoon {

// uint64 keys in the order of the doubles they stand for; -0.0 counts as 0.0. REQUIRES: no NaN.
inline uint64_t OrderKey(double value) {
  const auto bits = std::bit_cast<uint64_t>(value + 0.0);
  constexpr uint64_t kSign = uint64_t{1} << 63;
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}
inline double FromOrderKey(uint64_t key) {
  constexpr uint64_t kSign = uint64_t{1} << 63;
  return std::bit_cast<double>((key & kSign) != 0 ? key & ~kSign : ~key);
}

class OrderSelection {
 public:
  explicit OrderSelection(size_t max_members);

  // The first pass: once for every value.
  void Count(double value) { ++top_counts_[OrderKey(value) >> kTopShift]; }
  // Ends it. `ranks` (from 0, in any order, repetitions allowed) are the values wanted; each below
  // the number of values counted.
  void Want(std::span<const uint64_t> ranks);

  // A later pass: once for every value. Unnecessary, and harmless, when complete().
  void Look(double value);
  void EndPass();
  bool complete() const { return buckets_.empty(); }

  // The value of ranks[i]. REQUIRES: complete().
  double Value(size_t i) const { return FromOrderKey(wanted_[position_[i]].key); }

 private:
  static constexpr int kTopShift = 48;
  static constexpr int kStepBits = 12;

  struct Wanted {
    uint64_t rank;
    uint64_t key;
  };
  // The keys [low, low + 2^shift), and what this pass learns of them. The wanted values
  // [first_wanted, end_wanted) lie in it.
  struct Bucket {
    uint64_t low = 0;
    int shift = 0;
    uint64_t first_rank = 0;  // of its smallest member
    uint64_t members = 0;
    size_t first_wanted = 0;
    size_t end_wanted = 0;
    bool keeps = false;
    std::vector<uint64_t> kept;    // when it keeps: its members
    std::vector<uint64_t> counts;  // else: of each of its parts
    uint64_t smallest = UINT64_MAX;
    uint64_t largest = 0;
  };

  // Settles what `bucket` can settle, and appends its parts that must be looked into to `next`.
  void Resolve(Bucket& bucket, std::vector<Bucket>& next);
  // The parts of a bucket, each 2^shift keys wide, that hold the wanted values.
  void Descend(const Bucket& bucket, const std::vector<uint64_t>& counts, int shift,
               std::vector<Bucket>& next);
  // Decides which buckets keep their members in the coming pass.
  void Open(std::vector<Bucket> next);

  const size_t max_members_;
  std::vector<uint64_t> top_counts_;
  std::vector<Wanted> wanted_;    // by rank
  std::vector<size_t> position_;  // in wanted_, of each rank as it was given
  std::vector<Bucket> buckets_;   // ascending, disjoint
};

}  // namespace monsoon
