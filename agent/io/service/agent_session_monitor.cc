// The monitor of an AgentSession: every 10 ms it looks at the case and at the lease; at the end it
// winds the run up.
#include <utility>

#include "agent/io/service/agent_session.h"
#include "agent/io/service/give_way.h"
#include "agent/io/service/messages.h"
#include "common/wire/protocol.h"

namespace monsoon {
namespace {

constexpr absl::Duration kMonitorPeriod = absl::Milliseconds(10);
constexpr int64_t kFlushIntervalNs = 200 * kNsPerMs;

}  // namespace

void AgentSession::Monitor() {
  GiveWay();
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(&closing_), kMonitorPeriod);
      if (closing_) break;
    }
    MonitorOnce();
  }
  WindUp();
}

void AgentSession::MonitorOnce() {
  const int64_t now_ns = clock_.MonotonicNs();
  if (now_ns > lease_until_ns()) probes_.BreakOff();
  const std::shared_ptr<CaseRunner> current = runner();
  TellWatch(now_ns, current.get());
  if (current == nullptr) return;
  current->CheckLease(now_ns);
  // Looked at before the records are collected: what ended by now is collected for certain.
  const bool ended = current->ended();
  CollectRecords(*current, now_ns);
  SendProgress(*current, now_ns);
  if (ended) FinishCase(*current);
}

void AgentSession::WindUp() {
  probes_.Close();
  {
    // No case may come after this.
    absl::MutexLock lock(&mutex_);
    const auto settled = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !preparing_; };
    mutex_.Await(absl::Condition(&settled));
    if (runner_ != nullptr && gave_up_.empty()) gave_up_ = close_reason_;
    if (runner_ != nullptr) runner_->Stop(LoadMode::kCancel);
  }
  while (runner() != nullptr) {
    MonitorOnce();
    absl::MutexLock lock(&mutex_);
    const auto done = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return runner_ == nullptr; };
    mutex_.AwaitWithTimeout(absl::Condition(&done), absl::Milliseconds(1));
  }
  absl::MutexLock lock(&mutex_);
  over_ = true;
}

void AgentSession::CollectRecords(CaseRunner& runner, int64_t now_ns) {
  const int32_t case_index = runner.agent_case().case_index;
  runner.DrainRecords(
      [this, case_index](RequestRecord& record) { Collect(case_index, std::move(record)); });
  if (now_ns - last_flush_ns_ >= kFlushIntervalNs) {
    last_flush_ns_ = now_ns;
    outlet_.Flush();
  }
  if (outlet_.unacknowledged_bytes() > options_.max_unacknowledged_bytes) {
    BreakOffCase(
        "the controller did not take the records, and this agent's memory for them is full");
  }
}

void AgentSession::SendProgress(const CaseRunner& runner, int64_t now_ns) {
  uint64_t received = 0;
  {
    absl::MutexLock lock(&mutex_);
    received = received_;
  }
  v1::ControlResponse response;
  *response.mutable_progress() = MakeProgress(runner, received);
  const v1::Progress& progress = response.progress();
  // Credits (of a closed loop) are urgent when little is queued; otherwise ten times a second is
  // enough.
  const bool news = progress.finished() != last_finished_ || progress.received() != last_received_;
  const bool urgent = news && !runner.agent_case().open_loop &&
                      progress.queued() <= static_cast<uint64_t>(runner.concurrency());
  if (!urgent && now_ns - last_progress_ns_ < kProgressIntervalNs) return;
  last_finished_ = progress.finished();
  last_received_ = progress.received();
  last_progress_ns_ = now_ns;
  control_.Send(std::move(response));
}

void AgentSession::FinishCase(CaseRunner& runner) {
  CaseEnd end{.cpu_seconds = ProcessCpuSeconds() - cpu_seconds_at_prepare_};
  const LoopFacts facts = runner.JoinAndCollect();
  {
    absl::MutexLock lock(&mutex_);
    // Work that no slot took before the case was stopped.
    const int32_t case_index = runner.agent_case().case_index;
    const auto left = runner.TakeBack(static_cast<uint64_t>(options_.max_queued_work));
    for (const auto& request : left) Collect(case_index, NotSentRecord(*request));
    outlet_.Flush();
    end.last_sequence = outlet_.last_sequence();
    end.gave_up = WhyGaveUp(runner, !left.empty());
    v1::ControlResponse response;
    *response.mutable_case_done() = MakeCaseDone(runner, facts, end);
    control_.SendNumbered(std::move(response));
    runner_ = nullptr;
  }
  watch_.Ended(runner, facts, end.gave_up);
}

}  // namespace monsoon
