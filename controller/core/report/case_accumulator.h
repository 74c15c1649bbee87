// CaseAccumulator: turns a case's facts and its records, fed one by one, into a CaseReport.
//
// Made for streaming out of the database: it keeps numbers, never records (for each request some
// 100 bytes, and 8 bytes for each gap between tokens, which exact percentiles need). The order of
// the records does not matter. Owned and used by one thread; pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/model/request_record.h"
#include "controller/core/report/case_report.h"
#include "controller/core/report/error_samples.h"
#include "controller/core/report/in_flight.h"
#include "controller/core/report/rate_accumulator.h"

namespace monsoon {

class CaseAccumulator {
 public:
  explicit CaseAccumulator(CaseFacts facts);
  CaseAccumulator(const CaseAccumulator&) = delete;
  CaseAccumulator& operator=(const CaseAccumulator&) = delete;

  // Stamps on the run's common time line. Warm-up records count as load in flight and nothing else.
  void Add(const RequestRecord& record);

  // The finished report: numbers, gates, verdict, warnings. Call once, last.
  CaseReport Finish();

 private:
  struct Success {
    int64_t finish_ns;
    int64_t input_tokens;
    int64_t output_tokens;
  };
  struct Samples {
    std::vector<double> ttft, ttft_sent, first_event, tpot, tpot_simple, itl, e2e, stream_end;
    std::vector<double> lateness, connect, tls, user_tokens_per_s, first_token_lag;
    int64_t requests_with_gaps = 0;
  };

  void CountStatus(const RequestRecord& record);
  void AddSuccess(const RequestRecord& record);
  void AddLatencies(const RequestRecord& record);
  void AddGaps(const RequestRecord& record);
  void AddTokens(const RequestRecord& record);

  void FinishWindow();
  Span Window() const;
  void FinishDistributions();
  void FinishClient();
  // Of the successful requests whose finish lies in `span`.
  Throughput ThroughputOf(Span span, int64_t* requests) const;

  CaseReport report_;
  Samples samples_;
  ErrorSamples errors_;
  InFlight in_flight_;
  RateAccumulator rate_{&report_.facts};
  std::vector<Success> successes_;
  // Measured requests: first dispatch of any, last finish of a successful or failed one.
  int64_t first_dispatch_ns_ = kNever;
  int64_t last_finish_ns_ = kNever;
};

}  // namespace monsoon
