// LiveStats: the numbers of the progress line while a case runs. Approximate where that is cheap
// (TTFT percentiles come from a histogram with buckets of under 1 %); the report is exact. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "common/model/request_record.h"
#include "common/stats/log_histogram.h"

namespace monsoon {

struct LiveProgress {
  int64_t total = 0;
  int64_t done = 0;
  int64_t in_flight = 0;
  double elapsed_s = 0;  // since the common start; <= 0 before it
  // Open loop: the rate asked for (0: a closed loop), and what was dispatched of it in which time.
  double asked_per_s = 0;
  int64_t started = 0;
  double sending_s = 0;
};

class LiveStats {
 public:
  void Add(const RequestRecord& record);

  // "312/1000  ETA 42s  in flight 128  7.4 req/s  947 tok/s  TTFT p50 52 ms p99 61 ms  0 failed"
  // and in an open loop, behind the requests in flight: "sent 99.8/s of 100/s". A route without
  // text has "5120 input tok/s".
  std::string Line(const LiveProgress& progress) const;

  int64_t failed() const { return failed_; }

 private:
  int64_t ok_ = 0;
  int64_t failed_ = 0;
  int64_t output_tokens_ = 0;
  int64_t result_input_tokens_ = 0;  // of answers that are a result, not text
  LogHistogram ttft_ns_;
};

}  // namespace monsoon
