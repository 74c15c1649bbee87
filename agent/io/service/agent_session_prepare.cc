// The part of AgentSession that makes cases ready. It has a thread of its own, for an engine's name
// may take long to resolve and its connections to open, and meanwhile Control must be read: a Ping
// that waits is a lease that runs out.
#include <utility>

#include "agent/io/service/agent_session.h"
#include "agent/io/service/messages.h"
#include "common/base/status_macros.h"
#include "common/wire/convert_case.h"

namespace monsoon {
namespace {

// For a case that was stopped to end; it does within milliseconds.
constexpr absl::Duration kStopTimeout = absl::Seconds(10);
// Cases that were rejected elsewhere and are being stopped here may still stand before the next.
constexpr size_t kMaxUnready = 8;

}  // namespace

absl::Status AgentSession::Prepare(const v1::Prepare& prepare) {
  if (probes_.running()) {
    return absl::FailedPreconditionError("the controller sent Prepare while a probe goes on");
  }
  ASSIGN_OR_RETURN(AgentCase agent_case, FromProto(prepare.case_spec()));
  absl::MutexLock lock(&mutex_);
  const bool running =
      unready_.empty() ? runner_ != nullptr && runner_->mode() == LoadMode::kRun
                       : unready_.back().mode == LoadMode::kRun || unready_.size() >= kMaxUnready;
  if (running) {
    return absl::FailedPreconditionError("the controller sent Prepare while a case is running");
  }
  unready_.push_back({.agent_case = std::move(agent_case)});
  return absl::OkStatus();
}

void AgentSession::PrepareCases() {
  for (;;) {
    AgentCase agent_case;
    {
      absl::MutexLock lock(&mutex_);
      const auto due = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return closing_ || !unready_.empty();
      };
      mutex_.Await(absl::Condition(&due));
      if (closing_) break;
      agent_case = unready_.front().agent_case;
    }
    Settle(MakeRunner(agent_case));
  }
  absl::MutexLock lock(&mutex_);
  unready_.clear();
  preparing_ = false;
}

absl::StatusOr<std::unique_ptr<CaseRunner>> AgentSession::MakeRunner(const AgentCase& agent_case) {
  {
    // A case that was rejected elsewhere is being stopped here; that takes a moment.
    absl::MutexLock lock(&mutex_);
    const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return runner_ == nullptr || closing_;
    };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&idle), kStopTimeout)) {
      return absl::FailedPreconditionError("the case before has not ended on this agent");
    }
    if (closing_) return absl::CancelledError("the run is over");
    if (!draining_.empty()) return absl::UnavailableError(draining_);
  }
  return CaseRunner::Create(agent_case, options_.load_threads, options_.max_queued_work,
                            &options_.policy, &clock_);
}

void AgentSession::Settle(absl::StatusOr<std::unique_ptr<CaseRunner>> made) {
  v1::ControlResponse response;
  v1::Ready* ready = response.mutable_ready();
  std::shared_ptr<CaseRunner> runner;  // ends after the lock, where it is of no use
  absl::MutexLock lock(&mutex_);
  const Unready unready = std::move(unready_.front());
  unready_.pop_front();
  ready->set_case_index(unready.agent_case.case_index);
  if (made.ok()) {
    runner = *std::move(made);
    ready->set_engine_address(runner->engine_address());
    ready->set_error(draining_);  // which began meanwhile
    if (draining_.empty()) watch_.Prepared(*runner);
    runner->RenewLease(clock_.MonotonicNs(), lease_until_ns());
    if (unready.mode != LoadMode::kRun) runner->Stop(unready.mode);
    asked_ = unready.mode;
    received_ = 0;
    gave_up_.clear();
    last_progress_ns_ = 0;
    last_finished_ = 0;
    last_received_ = 0;
    cpu_seconds_at_prepare_ = ProcessCpuSeconds();
    if (draining_.empty()) runner_ = std::move(runner);
  } else {
    ready->set_error(std::string(made.status().message()));
  }
  if (!ready->error().empty()) {
    watch_.Rejected(unready.agent_case.case_index, ready->error());
  }
  // Under the lock, so that nothing of the case is said before it.
  control_.SendNumbered(std::move(response));
}

}  // namespace monsoon
