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
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &TokenCounter::Idle));
  cases_[counting.spec->index] = std::make_unique<CountedCase>(counting, &counts);
}

void TokenCounter::EndCase() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &TokenCounter::Idle));
}

void TokenCounter::Count(int32_t case_index, std::span<RequestRecord> records) {
  CountedCase* counted = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = cases_.find(case_index);
    if (found == cases_.end() || records.empty()) return;
    counted = found->second.get();
    ++counting_batches_;
  }
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < records.size(); i = next++) CountOne(*counted, records[i]);
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

void TokenCounter::CountOne(CountedCase& counted, RequestRecord& record) {
  CountAnswer(counted.tokenizer, counted.spec, record);
  if (!WantsPromptTokens(counted.spec, record)) return;
  SetPromptTokens(counted.spec, counted.prompts.Count(record.request_index), record);
}

}  // namespace monsoon
