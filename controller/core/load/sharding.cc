#include "controller/core/load/sharding.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace monsoon {

Turns::Turns(std::vector<int64_t> weights)
    : weights_(std::move(weights)), gains_(weights_.size(), 0) {
  Choose();
}

void Turns::Choose() {
  for (size_t i = 0; i < weights_.size(); ++i) gains_[i] += weights_[i];
  current_ = 0;
  for (size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i] > 0 && (weights_[current_] == 0 || gains_[i] > gains_[current_])) current_ = i;
  }
  gains_[current_] -= std::accumulate(weights_.begin(), weights_.end(), int64_t{0});
}

void Turns::Pass() { Choose(); }

}  // namespace monsoon
