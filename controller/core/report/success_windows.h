// SuccessWindows: what the successful requests that finished inside a span of time add up to.
//
// The spans are known only after all records have been seen. While the requests fit into the shared
// budget they are kept, and a span is counted at once; when they no longer do they are dropped, and
// counting a span takes another pass over all of them. Owned and used by one thread; times ns.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/stats/sample_budget.h"
#include "controller/core/report/case_report.h"
#include "controller/core/report/in_flight.h"

namespace monsoon {

struct Success {
  int64_t finish_ns;
  int64_t input_tokens;  // or kUnknownTokens, both
  int64_t output_tokens;
};

// One span and its sums.
class SuccessWindow {
 public:
  explicit SuccessWindow(Span span) : span_(span) {}

  void Add(const Success& success);
  int64_t requests() const { return requests_; }
  // REQUIRES: the span's length is positive.
  Throughput throughput() const;

 private:
  Span span_;
  int64_t requests_ = 0;
  int64_t with_input_ = 0;
  int64_t with_output_ = 0;
  int64_t input_tokens_ = 0;
  int64_t output_tokens_ = 0;
};

class SuccessWindows {
 public:
  // The budget outlives this.
  explicit SuccessWindows(SampleBudget* budget) : budget_(*budget) {}

  // Every successful request, in every pass.
  void Add(const Success& success);
  // Between two passes: `span` is to be counted. The position of its sums in windows().
  size_t Count(Span span);
  // After a pass, before further Count().
  void EndPass();
  // Every span asked for is counted; else another pass is needed.
  bool complete() const { return counted_ == windows_.size(); }

  const SuccessWindow& window(size_t i) const { return windows_[i]; }

 private:
  SampleBudget& budget_;
  bool first_pass_ = true;
  bool keeps_ = true;
  std::vector<Success> kept_;
  std::vector<SuccessWindow> windows_;
  size_t counted_ = 0;  // of windows_; the next pass counts the others
};

}  // namespace monsoon
