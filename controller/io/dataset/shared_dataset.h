// SharedDataset: a dataset that several threads may read, one at a time: the run's thread, which
// hands out its items, and those that count their tokens.
#pragma once

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "controller/core/dataset/dataset.h"

namespace monsoon {

class SharedDataset final : public Dataset {
 public:
  explicit SharedDataset(std::unique_ptr<Dataset> dataset)
      : dataset_(std::move(dataset)), size_(dataset_->size()), stats_(dataset_->stats()) {}

  int64_t size() const override { return size_; }
  absl::StatusOr<Item> Read(int64_t position) override {
    absl::MutexLock lock(&mutex_);
    return dataset_->Read(position);
  }
  const DatasetStats& stats() const override { return stats_; }

 private:
  absl::Mutex mutex_;
  const std::unique_ptr<Dataset> dataset_ ABSL_PT_GUARDED_BY(mutex_);
  const int64_t size_;
  const DatasetStats stats_;
};

}  // namespace monsoon
