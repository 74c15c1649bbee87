// UsageCheck: how far the token counts that an engine reported are from those of the model's
// tokenizer (`verify_usage`), over the successful requests that have both.
//
// UsageCheckBuilder is fed in one pass and used by one thread; the rest are plain values.
#pragma once

#include <cstdint>
#include <optional>

#include "common/stats/compensated_sum.h"

namespace monsoon {

// The relative difference of one request is |reported - counted| / counted, where `counted` is the
// tokenizer's number, at least 1.
struct UsageCheck {
  int64_t requests = 0;  // that have both
  int64_t differ = 0;
  int64_t reported = 0;  // sums of tokens over those requests
  int64_t counted = 0;
  int64_t max_difference = 0;  // of one request, in tokens
  std::optional<double> mean_relative_difference;
  std::optional<double> max_relative_difference;
};

struct UsageChecks {
  UsageCheck input;
  UsageCheck output;
};

class UsageCheckBuilder {
 public:
  // kUnknownTokens for either: not compared.
  void Add(int64_t reported, int64_t counted);
  UsageCheck Finish() const;

 private:
  UsageCheck check_;
  CompensatedSum relative_;
};

}  // namespace monsoon
