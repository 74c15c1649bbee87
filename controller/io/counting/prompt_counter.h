// PromptCounter: how many tokens the prompts of one dataset have as one case sends them.
//
// Thread-safe. A prompt is read again from the dataset when its count is first asked for, so that
// no prompt waits in memory for an answer; its count is kept, and is asked for again at no cost.
// With `cache_bust` every request has a text of its own, and each is counted.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

#include "controller/core/dataset/request_plan.h"
#include "controller/core/scenario/scenario.h"
#include "controller/core/tokens/tokenizer.h"
#include "controller/io/dataset/shared_dataset.h"

namespace monsoon {

// Counts by position in the dataset, for as many cases as send its prompts in the same way.
class PromptCounts {
 public:
  std::optional<int64_t> Find(int64_t position) const;
  void Set(int64_t position, int64_t tokens);

 private:
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<int64_t, int64_t> counts_ ABSL_GUARDED_BY(mutex_);
};

class PromptCounter {
 public:
  // All outlive the counter. `counts` is of this dataset and this way of sending.
  PromptCounter(const std::string& run_id, const CaseSpec* spec, RequestPlan plan, Dataset* dataset,
                const Tokenizer* tokenizer, PromptCounts* counts)
      : run_id_(run_id),
        spec_(*spec),
        plan_(plan),
        dataset_(*dataset),
        tokenizer_(*tokenizer),
        counts_(*counts) {}

  // Of the prompt that request `request_index` of the case sends; nullopt when the dataset cannot
  // be read any more.
  std::optional<int64_t> Count(uint64_t request_index);

 private:
  std::optional<int64_t> CountText(int64_t position, const std::string& prefix);

  const std::string run_id_;
  const CaseSpec& spec_;
  const RequestPlan plan_;
  Dataset& dataset_;
  const Tokenizer& tokenizer_;
  PromptCounts& counts_;
};

}  // namespace monsoon
