// The part of AgentSession that operators see: what its watch is told, and how it takes its leave.
#include <utility>

#include "agent/io/service/agent_session.h"

namespace monsoon {
namespace {

// For a case whose lease has run out; it ends within milliseconds.
constexpr absl::Duration kCaseEndPatience = absl::Seconds(5);

}  // namespace

void AgentSession::TellWatch(int64_t now_ns, const CaseRunner* runner) {
  const RecordOutlet::Waiting waiting = outlet_.waiting();
  watch_.Tick({.now_ns = now_ns,
               .heard_ns = heard_ns_.load(std::memory_order_relaxed),
               .lease_until_ns = lease_until_ns(),
               .unacknowledged_bytes = waiting.bytes,
               .spilled_bytes = waiting.spilled_bytes},
              runner);
}

void AgentSession::Collect(int32_t case_index, RequestRecord record) {
  watch_.Collected(record);
  outlet_.Add(case_index, std::move(record));
}

void AgentSession::Drain(const std::string& sentence) {
  absl::MutexLock lock(&mutex_);
  draining_ = sentence;
  if (runner_ != nullptr) runner_->Stop(LoadMode::kDrain);
}

void AgentSession::BreakOff() {
  std::string why;
  {
    absl::MutexLock lock(&mutex_);
    why = draining_;
  }
  BreakOffCase(why);
}

bool AgentSession::delivered() const {
  {
    absl::MutexLock lock(&mutex_);
    if (runner_ != nullptr || !unready_.empty()) return false;
  }
  // Without the lock, for whoever writes to disk keeps this waiting. All records of a case that has
  // ended are in there.
  return outlet_.delivered();
}

absl::Status AgentSession::PutAway() {
  {
    absl::MutexLock lock(&mutex_);
    const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return runner_ == nullptr; };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&idle), kCaseEndPatience)) {
      return absl::UnavailableError("its case has not come to an end yet");
    }
  }
  return outlet_.SpillAll();
}

int64_t AgentSession::concurrency() const {
  absl::MutexLock lock(&mutex_);
  return runner_ == nullptr ? 0 : runner_->concurrency();
}

std::string AgentSession::WhyGaveUp(const CaseRunner& runner, bool work_was_left) const {
  if (!draining_.empty() && asked_ == LoadMode::kRun && runner.mode() != LoadMode::kRun) {
    // It may have come to its own end meanwhile.
    const bool complete =
        runner.mode() == LoadMode::kDrain && runner.no_more_work() && !work_was_left;
    return complete && !runner.agent_case().open_loop ? "" : draining_;
  }
  if (runner.mode() != LoadMode::kCancel || asked_ == LoadMode::kCancel) return "";
  return gave_up_.empty() ? "nothing was heard from the controller for the lease" : gave_up_;
}

}  // namespace monsoon
