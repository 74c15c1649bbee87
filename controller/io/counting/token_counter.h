// TokenCounter: counts the tokens of records with the model's tokenizer, between the thread that
// receives them from an agent and the run's inbox, so that neither the run's thread nor the
// acknowledgement of a batch that needs no counting waits for it.
//
// Count() is called by the agents' reading threads, each with a batch of its own, and returns when
// the batch is counted: an agent's batches stay in order, and one that comes faster than it can be
// counted waits where records always wait, on the agent. The work is spread over threads of the
// counter's own, which run at the lowest priority: on a machine that also carries load, counting
// must not make reads late.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "common/concurrency/blocking_queue.h"
#include "common/model/request_record.h"
#include "controller/core/scenario/scenario.h"
#include "controller/core/tokens/tokenizer.h"
#include "controller/io/counting/prompt_counter.h"

namespace monsoon {

// What is counted in one case.
struct CaseCounting {
  std::string run_id;
  const CaseSpec* spec = nullptr;
  const Tokenizer* tokenizer = nullptr;
  Dataset* dataset = nullptr;  // may be read from any thread (SharedDataset)
  RequestPlan plan;
};

class TokenCounter {
 public:
  // `threads` >= 1. They are started with the first case that counts.
  explicit TokenCounter(int threads) : thread_count_(threads) {}
  ~TokenCounter();
  TokenCounter(const TokenCounter&) = delete;
  TokenCounter& operator=(const TokenCounter&) = delete;

  // The run's thread: from now on records of this case are counted, also late ones, while another
  // case goes on. Its dataset and its tokenizer live as long as the counter, which knows their
  // prompts by them.
  void BeginCase(const CaseCounting& counting);
  // Waits for what is being counted.
  void EndCase();

  // Any thread. Records of a case that did not begin here stay as they are.
  void Count(int32_t case_index, std::span<RequestRecord> records);

 private:
  // Cases with the same send the same prompts in the same way.
  using PromptKey = std::tuple<const Dataset*, const Tokenizer*, std::string>;
  struct CountedCase {
    CountedCase(const CaseCounting& counting, PromptCounts* counts)
        : spec(*counting.spec),
          tokenizer(*counting.tokenizer),
          prompts(counting.run_id, &spec, counting.plan, counting.dataset, &tokenizer, counts) {}
    const CaseSpec spec;
    const Tokenizer& tokenizer;
    PromptCounter prompts;
  };

  static void CountOne(CountedCase& counted, RequestRecord& record);
  void StartThreads();
  bool Idle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return counting_batches_ == 0; }

  const int thread_count_;
  BlockingQueue<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
  std::map<PromptKey, PromptCounts> prompt_counts_;  // the run's thread
  absl::Mutex mutex_;
  std::map<int32_t, std::unique_ptr<CountedCase>> cases_ ABSL_GUARDED_BY(mutex_);
  int counting_batches_ ABSL_GUARDED_BY(mutex_) = 0;
};

// As many as leave the machine to others: half of its cores, from 1 to 8.
int DefaultCountingThreads();

}  // namespace monsoon
