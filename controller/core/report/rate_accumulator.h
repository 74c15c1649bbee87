// RateAccumulator: what only an open loop's records tell: how much of the asked rate was achieved,
// and which tokens of a request that outlived the window arrived within it.
//
// Fed with the measured records of one case, in any order; one thread; pure.
#pragma once

#include <cstdint>
#include <optional>

#include "common/model/request_record.h"
#include "controller/core/report/case_report.h"
#include "controller/core/report/in_flight.h"

namespace monsoon {

class RateAccumulator {
 public:
  // `facts` outlives the accumulator.
  explicit RateAccumulator(const CaseFacts* facts) : facts_(*facts) {}

  void Add(const RequestRecord& record);

  // nullopt for a closed loop.
  std::optional<RateReport> Finish() const;
  // From the first to the last dispatch, if the rate was achieved: the steady window.
  std::optional<Span> SteadySpan(const RateReport& rate) const;
  // Output tokens that arrived within the window of a duration stop, of successful requests that
  // finished behind it. Tokens count when they arrive; which token came with which event is not
  // recorded, so each request gives the share of its tokens that is the share of its token-bearing
  // events before the window's end.
  double straddling_tokens() const { return straddling_tokens_; }

 private:
  void AddStraddler(const RequestRecord& record);

  const CaseFacts& facts_;
  int64_t first_dispatch_ns_ = kNever;
  int64_t last_dispatch_ns_ = kNever;
  int64_t dispatched_ = 0;
  int64_t over_limit_ = 0;
  int64_t last_arrival_ = -1;  // highest index that was dispatched or refused
  double straddling_tokens_ = 0;
};

}  // namespace monsoon
