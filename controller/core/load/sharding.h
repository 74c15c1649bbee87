// Turns: who of several sends which request of an open loop.
//
// Smooth weighted round robin (as in nginx's upstream balancing): each turn everybody gains its
// weight, whoever has most goes and pays the sum of all. Equal weights give request i to i mod n;
// others are served in proportion and spread evenly, never in blocks. Pure, deterministic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace monsoon {

class Turns {
 public:
  // A weight of 0 takes no part. REQUIRES: one weight is > 0.
  explicit Turns(std::vector<int64_t> weights);

  // Whose turn it is; stays until Pass().
  size_t current() const { return current_; }
  void Pass();

 private:
  void Choose();

  std::vector<int64_t> weights_;
  std::vector<int64_t> gains_;
  size_t current_ = 0;
};

}  // namespace monsoon
