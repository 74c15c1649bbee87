// DistributionBuilder: the Distribution of a stream of samples, exact to the last bit, in bounded
// memory.
//
// While the samples fit into the budget that it shares with others they are kept, and one pass over
// them is enough. When they no longer do, they are dropped, and the caller must show all of them
// again, in the same order, until EndPass() is content: mean and standard deviation come from the
// same compensated sums in the same order as DescribeSamples has them, the percentiles from
// OrderSelection. Both ways give equal bits.
//
//   do { for (double sample : all) builder.Add(sample); } while (!builder.EndPass());
//   builder.Describe(requests);
//
// DistributionGroup owns several that share one budget and go through the same passes.
//
// Pure; one thread. The budget outlives the builder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "common/stats/compensated_sum.h"
#include "common/stats/distribution.h"
#include "common/stats/order_selection.h"
#include "common/stats/sample_budget.h"

namespace monsoon {

class DistributionBuilder {
 public:
  // At most `max_selected` samples are kept in a later pass, whatever the budget.
  DistributionBuilder(SampleBudget* budget, size_t max_selected);

  // Neither NaN. Ignored when complete().
  void Add(double sample);
  // True: all is known. False: add all samples once more.
  bool EndPass();
  bool complete() const { return complete_; }
  int64_t count() const { return count_; }

  // `requests`: as for DescribeSamples. Call once, when complete.
  Distribution Describe(int64_t requests);

 private:
  void AddFirst(double sample);
  // Goes over from keeping the samples to counting them.
  void StopKeeping();
  void EndFirstPass();

  SampleBudget& budget_;
  const size_t max_selected_;
  bool first_pass_ = true;
  bool complete_ = false;
  std::vector<double> kept_;
  // The rest is used once the samples are not kept.
  std::optional<OrderSelection> selection_;
  int64_t count_ = 0;
  CompensatedSum sum_;
  double mean_ = 0;
  CompensatedSum squares_;
  bool squares_done_ = false;
};

class DistributionGroup {
 public:
  DistributionGroup(size_t budget_bytes, size_t max_selected)
      : budget_(budget_bytes), max_selected_(max_selected) {}
  DistributionGroup(const DistributionGroup&) = delete;
  DistributionGroup& operator=(const DistributionGroup&) = delete;

  SampleBudget& budget() { return budget_; }
  // Lives as long as the group.
  DistributionBuilder& New() { return builders_.emplace_back(&budget_, max_selected_); }
  // Of all. True: all are complete.
  bool EndPass();

 private:
  SampleBudget budget_;
  const size_t max_selected_;
  std::deque<DistributionBuilder> builders_;
};

}  // namespace monsoon
