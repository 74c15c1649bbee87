// CaseAccumulator: turns a case's facts and its records, fed one by one, into a CaseReport.
//
// Made for streaming out of the database, in memory that does not grow with the records: it keeps
// numbers, never records, and those only as long as they fit into AccumulatorLimits. A larger case
// is fed several times, and its report is equal to the last bit:
//
//   do { for (each record) accumulator.Add(record); } while (!accumulator.EndPass());
//   CaseReport report = accumulator.Finish();
//
// Every pass must feed the same records in the same order; which order does not matter. Owned and
// used by one thread; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/model/gap_codec.h"
#include "common/model/request_record.h"
#include "common/stats/distribution_builder.h"
#include "controller/core/report/case_report.h"
#include "controller/core/report/error_samples.h"
#include "controller/core/report/in_flight.h"
#include "controller/core/report/rate_accumulator.h"
#include "controller/core/report/success_windows.h"

namespace monsoon {

// What may be kept in memory. With these some two million gaps need one pass.
struct AccumulatorLimits {
  size_t sample_bytes = size_t{16} << 20;     // of samples, in the first pass
  size_t selected_samples = size_t{1} << 17;  // of each metric, in a later pass
  size_t changes = InFlight::kMaxChanges;     // of the number in flight
};

class CaseAccumulator {
 public:
  explicit CaseAccumulator(CaseFacts facts, const AccumulatorLimits& limits = {});
  CaseAccumulator(const CaseAccumulator&) = delete;
  CaseAccumulator& operator=(const CaseAccumulator&) = delete;

  // Stamps on the run's common time line. Warm-up records count as load in flight and nothing else.
  // `agent`: that it is from.
  void Add(const RequestRecord& record, const std::string& agent = "");
  // After all of them. True: Finish. False: feed all of them once more.
  bool EndPass();

  // The finished report: numbers, gates, verdict, warnings. Call once, last, after EndPass() said
  // true.
  CaseReport Finish();

 private:
  struct Samples {
    explicit Samples(const AccumulatorLimits& limits)
        : group(limits.sample_bytes, limits.selected_samples) {}

    DistributionGroup group;
    DistributionBuilder& ttft = group.New();
    DistributionBuilder& ttft_sent = group.New();
    DistributionBuilder& first_event = group.New();
    DistributionBuilder& tpot = group.New();
    DistributionBuilder& tpot_simple = group.New();
    DistributionBuilder& itl = group.New();
    DistributionBuilder& e2e = group.New();
    DistributionBuilder& stream_end = group.New();
    DistributionBuilder& lateness = group.New();
    DistributionBuilder& connect = group.New();
    DistributionBuilder& tls = group.New();
    DistributionBuilder& user_tokens_per_s = group.New();
    DistributionBuilder& first_token_lag = group.New();
    int64_t requests_with_gaps = 0;
  };

  // The first pass alone: what is only counted.
  void CountRecord(const RequestRecord& record, const std::string& agent);
  static void CountStatus(const RequestRecord& record, RequestCounts& counts);
  void CountTokens(const RequestRecord& record);
  // Every pass: samples.
  void AddSuccess(const RequestRecord& record);
  void AddLatencies(const RequestRecord& record);
  void AddGaps(const RequestRecord& record);

  // Looks for the steady window.
  bool EndInFlightPass();
  void FinishWindow();
  Span Window() const;
  void FinishDistributions();
  void FinishClient();

  CaseReport report_;
  Samples samples_;
  ErrorSamples errors_;
  UsageCheckBuilder input_check_;
  UsageCheckBuilder output_check_;
  InFlight in_flight_;
  RateAccumulator rate_{&report_.facts};
  SuccessWindows successes_;
  bool first_pass_ = true;
  std::vector<Gap> gaps_;  // of the record at hand
  // Known after the first pass, unless there is none.
  std::optional<Span> window_;
  size_t window_sums_ = 0;  // position in successes_
  // Known when in_flight_known_, unless there is none.
  bool in_flight_known_ = false;
  std::optional<Span> steady_span_;
  size_t steady_sums_ = 0;  // position in successes_
  // Measured requests: first dispatch of any, last finish of a successful or failed one.
  int64_t first_dispatch_ns_ = kNever;
  int64_t last_finish_ns_ = kNever;
};

}  // namespace monsoon
