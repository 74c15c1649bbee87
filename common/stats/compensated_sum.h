// CompensatedSum: Neumaier's sum: the error of each addition is kept and added back at the end.
//
// A plain value; one thread.
#pragma once

#include <cmath>

namespace monsoon {

class CompensatedSum {
 public:
  void Add(double value) {
    const double next = sum_ + value;
    const bool sum_is_larger = std::fabs(sum_) >= std::fabs(value);
    lost_ += sum_is_larger ? (sum_ - next) + value : (value - next) + sum_;
    sum_ = next;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

}  // namespace monsoon
