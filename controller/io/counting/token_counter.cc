#include "controller/io/counting/token_counter.h"

#include <algorithm>
#include <atomic>
#include <latch>
#include <utility>

#include "common/process/give_way.h"
#include "controller/core/tokens/prompt_text.h"
#include "controller/core/tokens/token_counting.h"

namespace monsoon {

int DefaultCountingThreads() {
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 1, 8);
}

TokenCounter::~TokenCounter() {
  tasks_.Close();
  for (std::thread& thread : threads_) thread.join();
}

void TokenCounter::StartThreads() {
  while (static_cast<int>(threads_.size()) < thread_count_) {
    threads_.emplace_back([this] {
      GiveWay();
      while (const auto task = tasks_.Pop()) (*task)();
    });
  }
}

void TokenCounter::BeginCase(const CaseCounting& counting) {
  StartThreads();
  PromptCounts& counts = prompt_counts_[PromptKey(counting.dataset, counting.tokenizer,
                                                  PromptShape(counting.spec->engine))];
  auto open = std::make_unique<OpenCase>(
      OpenCase{counting.spec, counting.tokenizer,
               PromptCounter(counting.run_id, counting.spec, counting.plan, counting.dataset,
                             counting.tokenizer, &counts)});
  absl::MutexLock lock(&mutex_);
  open_ = std::move(open);
}

void TokenCounter::EndCase() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &TokenCounter::Idle));
  open_.reset();
}

void TokenCounter::Count(int32_t case_index, std::span<RequestRecord> records) {
  OpenCase* open = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    if (open_ == nullptr || open_->spec->index != case_index || records.empty()) return;
    open = open_.get();
    ++counting_batches_;
  }
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < records.size(); i = next++) CountOne(*open, records[i]);
  };
  const int tasks = static_cast<int>(std::min<size_t>(records.size(), thread_count_));
  std::latch left(tasks);
  for (int i = 0; i < tasks; ++i) {
    tasks_.Push([&work, &left] {
      work();
      left.count_down();
    });
  }
  left.wait();
  absl::MutexLock lock(&mutex_);
  --counting_batches_;
}

void TokenCounter::CountOne(OpenCase& open, RequestRecord& record) {
  CountAnswer(*open.tokenizer, *open.spec, record);
  if (!WantsPromptTokens(*open.spec, record)) return;
  SetPromptTokens(*open.spec, open.prompts.Count(record.request_index), record);
}

}  // namespace monsoon
