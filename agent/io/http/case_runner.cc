#include "agent/io/http/case_runner.h"

#include <algorithm>
#include <utility>

#include "agent/core/engine/adapter_registry.h"
#include "agent/io/http/open_files.h"
#include "common/base/status_macros.h"
#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr double kMaxRatePerS = 1e9;
constexpr absl::Duration kReadyPatience = absl::Seconds(5);

}  // namespace

absl::StatusOr<std::unique_ptr<CaseRunner>> CaseRunner::Create(AgentCase agent_case,
                                                               const LoadThreads& threads,
                                                               int64_t max_queued_work,
                                                               const AddressPolicy* policy,
                                                               const Clock* clock) {
  std::unique_ptr<CaseRunner> runner(new CaseRunner(std::move(agent_case), max_queued_work));
  RETURN_IF_ERROR(runner->Init(threads, policy, clock));
  return runner;
}

CaseRunner::CaseRunner(AgentCase agent_case, int64_t max_queued_work)
    : agent_case_(std::move(agent_case)),
      redactor_(agent_case_.engine),
      work_(static_cast<size_t>(max_queued_work)),
      concurrency_(agent_case_.concurrency) {}

absl::Status CaseRunner::Init(const LoadThreads& threads, const AddressPolicy* policy,
                              const Clock* clock) {
  ASSIGN_OR_RETURN(adapter_, MakeEngineAdapter(agent_case_));
  ASSIGN_OR_RETURN(target_, Resolve(agent_case_.engine.url, *policy));
  ASSIGN_OR_RETURN(head_, RequestHead::Create(target_.endpoint, adapter_->Headers()));
  const int64_t slots = agent_case_.concurrency;
  RETURN_IF_ERROR(CheckOpenFiles(slots));
  loop_count_ = std::clamp<int64_t>(slots, 1, threads.count);
  const double rate_per_s = agent_case_.open_loop ? agent_case_.open_loop->rate_per_s : 0;
  for (int64_t i = 0; i < loop_count_; ++i) {
    const auto thread = static_cast<size_t>(i);
    const LoadLoopOptions options{
        .agent_case = &agent_case_,
        .adapter = adapter_.get(),
        .head = &*head_,
        .policy = policy,
        .target = &target_,
        .clock = clock,
        .control = &control_,
        .work = &work_,
        .share = ShareOf(thread, slots, rate_per_s),
        .spin_ns = threads.spin_ns,
        .core = threads.cores.empty() ? -1 : threads.cores[thread % threads.cores.size()],
        .on_ready = [this] {
          absl::MutexLock lock(&mutex_);
          ++ready_threads_;
        }};
    ASSIGN_OR_RETURN(std::unique_ptr<LoadLoop> loop, LoadLoop::Create(options));
    loops_.push_back(std::move(loop));
  }
  StartThreads();
  AwaitReady();
  return absl::OkStatus();
}

LoopShare CaseRunner::ShareOf(size_t index, int64_t slots, double rate_per_s) const {
  // Each slot may have a spare connection (PoolPlan), as far as there are descriptors.
  const int64_t spares = std::min(slots, MaxConnections() - slots);
  const bool larger = static_cast<int64_t>(index) < slots % loop_count_;
  return {.slots = slots / loop_count_ + (larger ? 1 : 0),
          .spares = spares / loop_count_,
          .rate_per_s = rate_per_s / static_cast<double>(loop_count_)};
}

absl::Status CaseRunner::Resize(int64_t concurrency, double rate_per_s) {
  if (concurrency < this->concurrency()) {
    return absl::InvalidArgumentError(StrCat("the controller asks for ", concurrency,
                                             " requests in flight instead of ", this->concurrency(),
                                             "; a case that is prepared only grows"));
  }
  if (!(rate_per_s >= 0 && rate_per_s <= kMaxRatePerS)) {
    return absl::InvalidArgumentError(
        StrCat("the controller asks for ", rate_per_s, " requests per second, which is no rate"));
  }
  RETURN_IF_ERROR(CheckOpenFiles(concurrency));
  concurrency_.store(concurrency, std::memory_order_relaxed);
  for (size_t i = 0; i < loops_.size(); ++i) {
    loops_[i]->Grow(ShareOf(i, concurrency, rate_per_s));
  }
  return absl::OkStatus();
}

void CaseRunner::StartThreads() {
  running_threads_ = static_cast<int>(loops_.size());
  for (const auto& loop : loops_) {
    threads_.emplace_back([this, raw = loop.get()] {
      raw->Run();
      running_threads_.fetch_sub(1, std::memory_order_release);
    });
  }
}

void CaseRunner::AwaitReady() {
  absl::MutexLock lock(&mutex_);
  const auto all_ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return ready_threads_ == static_cast<int>(loops_.size());
  };
  mutex_.AwaitWithTimeout(absl::Condition(&all_ready), kReadyPatience);
}

CaseRunner::~CaseRunner() {
  Stop(LoadMode::kCancel);
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

absl::Status CaseRunner::AddWork(std::unique_ptr<PreparedRequest> request) {
  if (!queued_bytes_.Add(work_.ApproximateSize(), request->body.size())) {
    return absl::ResourceExhaustedError(
        StrCat("the controller handed out more than ", QueuedBytes::kLimit >> 30,
               " GiB of requests at once, more than this agent keeps waiting; use more agents, or "
               "shorter prompts"));
  }
  if (work_.TryPush(request)) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      StrCat("the controller handed out more than the ", work_.capacity(),
             " requests that this agent can queue; the two programs disagree about limits"));
}

void CaseRunner::WorkAdded() {
  for (const auto& loop : loops_) loop->WakeIfHungry();
}

void CaseRunner::WakeAll() {
  for (const auto& loop : loops_) loop->Wake();
}

void CaseRunner::StartAt(int64_t monotonic_ns) {
  // Of a moment long past, only that it is past matters.
  control_.StartAt(std::max<int64_t>(0, monotonic_ns));
  WakeAll();
}

void CaseRunner::CheckLease(int64_t now_ns) {
  if (!control_.CheckLease(now_ns)) WakeAll();
}

void CaseRunner::NoMoreWork() {
  control_.NoMoreWork();
  WakeAll();
}

void CaseRunner::Stop(LoadMode mode) {
  control_.SetMode(mode);
  WakeAll();
}

std::vector<std::unique_ptr<PreparedRequest>> CaseRunner::TakeBack(uint64_t count) {
  std::vector<std::unique_ptr<PreparedRequest>> taken;
  std::unique_ptr<PreparedRequest> request;
  while (taken.size() < count && work_.TryPop(request)) taken.push_back(std::move(request));
  return taken;
}

CaseRunner::Counters CaseRunner::counters() const {
  Counters total;
  for (const auto& loop : loops_) {
    const LoopCounters& counters = loop->counters();
    // Finished before started, so that in flight is never seen negative.
    total.finished += counters.finished.load(std::memory_order_acquire);
    total.started += counters.started.load(std::memory_order_relaxed);
    total.token_events += counters.token_events.load(std::memory_order_relaxed);
    total.starved_slot_ns += counters.starved_slot_ns.load(std::memory_order_relaxed);
    total.connections += counters.connections.load(std::memory_order_relaxed);
    total.lag_max_ns =
        std::max(total.lag_max_ns, counters.lag_max_ns.load(std::memory_order_relaxed));
    total.busy_share_max =
        std::max(total.busy_share_max, counters.busy_share_max.load(std::memory_order_relaxed));
  }
  total.queued = work_.ApproximateSize();
  return total;
}

void CaseRunner::DrainRecords(const std::function<void(RequestRecord&)>& take) {
  const auto pass_on = [&](RequestRecord& record) {
    redactor_.Redact(record.error_message);
    take(record);
  };
  RequestRecord record;
  for (const auto& loop : loops_) {
    while (loop->records().TryPop(record)) pass_on(record);
  }
  if (!ended()) return;
  for (const auto& loop : loops_) {
    for (RequestRecord& late : loop->overflow()) pass_on(late);
    loop->overflow().clear();
  }
}

LoopFacts CaseRunner::JoinAndCollect() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  LoopFacts total;
  for (const auto& loop : loops_) {
    const LoopFacts& facts = loop->facts();
    total.loop_lag_ns.Merge(facts.loop_lag_ns);
    total.kernel_lag_ns.Merge(facts.kernel_lag_ns);
    total.timer_lag_ns.Merge(facts.timer_lag_ns);
    total.busy_share_max = std::max(total.busy_share_max, facts.busy_share_max);
    total.clock_step_ns = std::max(total.clock_step_ns, facts.clock_step_ns);
    total.clock_rate_error = std::max(total.clock_rate_error, facts.clock_rate_error);
    total.new_connections += facts.new_connections;
    total.reused_connections += facts.reused_connections;
  }
  return total;
}

}  // namespace monsoon
