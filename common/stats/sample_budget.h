// SampleBudget: how many bytes a group of collections may keep in memory together.
//
// A plain counter for one thread. Who wants to grow asks first, and gives back what it frees; who
// is refused finds a way without (see DistributionBuilder).
#pragma once

#include <cstddef>

namespace monsoon {

class SampleBudget {
 public:
  explicit SampleBudget(size_t bytes) : left_bytes_(bytes) {}

  // False: not that much is left, and nothing was taken.
  bool Take(size_t bytes) {
    if (bytes > left_bytes_) return false;
    left_bytes_ -= bytes;
    return true;
  }
  void Return(size_t bytes) { left_bytes_ += bytes; }

 private:
  size_t left_bytes_;
};

// Makes room for one more element in `values` (a vector), paid for out of `budget`. False: there is
// none to be had.
template <typename Vector>
bool GrowWithin(SampleBudget& budget, Vector& values) {
  if (values.size() < values.capacity()) return true;
  constexpr size_t kFirst = 64;
  const size_t grown = values.capacity() == 0 ? kFirst : values.capacity() * 2;
  if (!budget.Take((grown - values.capacity()) * sizeof(values[0]))) return false;
  values.reserve(grown);
  return true;
}

// Frees `values` and gives its bytes back.
template <typename Vector>
void FreeWithin(SampleBudget& budget, Vector& values) {
  budget.Return(values.capacity() * sizeof(values[0]));
  Vector().swap(values);
}

}  // namespace monsoon
